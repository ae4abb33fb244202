/** The bar over the chart: time, and how one moves along the path. */
import { IconButton } from "../ui/button.tsx";
import { PhaseMark } from "../ui/phase.tsx";
import { spanText } from "./span.ts";
import type { Simulation } from "./use-simulation.ts";

export interface BarProps {
  readonly simulation: Simulation;
  readonly isPlaying: boolean;
  readonly onPlay: () => void;
}

export function Bar({ simulation, isPlaying, onPlay }: BarProps) {
  const { answer, shown, show, undo, redo, act, take, isBusy } = simulation;
  const steps = answer?.steps ?? [];
  const last = steps.length - 1;
  const step = steps[shown];
  const isPast = shown < last;
  return (
    <div class={isPast ? "sim-bar is-past" : "sim-bar"} role="toolbar" aria-label="Simulation">
      <IconButton
        icon="undo"
        label="Take back"
        keys="Ctrl Z"
        disabled={undo === null}
        onClick={() => undo?.()}
      />
      <IconButton
        icon="redo"
        label="Do again"
        keys="Ctrl Shift Z"
        disabled={redo === null}
        onClick={() => redo?.()}
      />
      <span class="divider" />
      <IconButton
        icon="back"
        label="The step before"
        keys="["
        disabled={shown <= 0}
        onClick={() => show(shown - 1)}
      />
      <IconButton
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? "Pause" : "Play the path"}
        keys="p"
        disabled={last < 1}
        onClick={onPlay}
      />
      <IconButton
        icon="chevron"
        label="The step after"
        keys="]"
        disabled={!isPast}
        onClick={() => show(shown + 1)}
      />
      <span class="divider" />
      <span class="sim-when" aria-live="polite">
        {step !== undefined && (
          <>
            <b>{spanText(step.atMs)}</b>
            <PhaseMark phase={step.phase} />
            {isPast && (
              <span class="quiet">
                step {shown} of {last}
              </span>
            )}
          </>
        )}
      </span>
      {isPast ? (
        <>
          <button type="button" class="button is-quiet" onClick={() => show(last)}>
            To the end
          </button>
          <button
            type="button"
            class="button is-quiet"
            onClick={() => {
              const moves = answer?.path.moves.slice(0, (step?.move ?? -1) + 1) ?? [];
              take({ ...answer?.path, moves });
            }}
          >
            Go on from here
          </button>
        </>
      ) : (
        <button
          type="button"
          class="button is-quiet"
          title="All goes well until somebody must do something (g)"
          disabled={isBusy || answer?.now.isOver === true}
          onClick={() => void act({ kind: "goOn" })}
        >
          All goes well
        </button>
      )}
    </div>
  );
}
