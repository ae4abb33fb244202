/** Simulate: an instance without effects on the chart, move by move; coverage, and the checker's witnesses. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SimulationPath } from "../../src/simulate/path.ts";
import type { Visits } from "../../src/simulate/visits.ts";
import { useCommands } from "../app/commands.ts";
import type { ScreenProps } from "../app/screens.ts";
import { Chart } from "../chart/chart.tsx";
import { chartKeysHelp } from "../chart/keys.ts";
import { Outline } from "../chart/outline.tsx";
import { drawingOf, useChart } from "../chart/use-chart.ts";
import type { SagaChart } from "../chart/use-chart.ts";
import { Bar } from "../simulate/bar.tsx";
import { Checker } from "../simulate/checker.tsx";
import { Coverage } from "../simulate/coverage.tsx";
import type { CoverageSource } from "../simulate/coverage.tsx";
import { Guards } from "../simulate/guards.tsx";
import { InputDialog } from "../simulate/input-dialog.tsx";
import { Next } from "../simulate/next.tsx";
import { coverageOverlay, foldsFor, overlayAt } from "../simulate/shown.ts";
import { Steps } from "../simulate/steps.tsx";
import { TestDialog } from "../simulate/test-dialog.tsx";
import { useSimulation } from "../simulate/use-simulation.ts";
import type { Simulation } from "../simulate/use-simulation.ts";
import { Button } from "../ui/button.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { tell, tellFailure } from "../ui/toasts.tsx";
import "../styles/simulate.css";

export function Screen({ params }: ScreenProps) {
  const saga = params["saga"] ?? "";
  const { chart, error, retry } = useChart(saga);
  useCommands(chartKeysHelp);
  if (error !== null) return <Failure error={error} onRetry={retry} />;
  if (chart === null) return <Loading what="the chart" />;
  return <Simulate saga={saga} chart={chart} />;
}

function Simulate({ saga, chart }: { saga: string; chart: SagaChart }) {
  const simulation = useSimulation(saga);
  const { answer, shown } = simulation;
  const { whole, drawn, selection, select } = chart;
  const [isPlaying, play] = usePlay(simulation);
  const [dialog, setDialog] = useState<"test" | "input" | null>(null);
  const [visits, setVisits] = useState<Visits | null>(null);
  const [source, setSource] = useState<CoverageSource>("paths");
  const folded = useMemo(() => new Set(drawn.folded), [drawn]);
  const steps = answer?.steps ?? [];
  useFollow(chart, steps[shown]?.active);

  const overlay = useMemo(
    () =>
      visits === null ? overlayAt(steps, shown, whole, folded) : coverageOverlay(whole, [visits]),
    [steps, shown, whole, folded, visits],
  );
  useSimulationKeys(simulation, play);
  const onPlay = useCallback(
    (path: SimulationPath) => {
      simulation.take(path, "start");
      play(true);
    },
    [simulation],
  );
  return (
    <div class="screen-split">
      <Chart {...drawingOf(chart)} label={`Chart of the saga ${saga}, simulated`} overlay={overlay}>
        <Bar simulation={simulation} isPlaying={isPlaying} onPlay={() => play(!isPlaying)} />
      </Chart>
      <Panel
        label="Simulation"
        tabs={{
          Next: () => (
            <>
              <NextTab simulation={simulation} onInput={() => setDialog("input")} />
              {answer !== null && (
                <Guards whole={whole} path={answer.path} onPath={simulation.take} />
              )}
            </>
          ),
          Path: () => (
            <>
              <Steps steps={steps} shown={shown} onShow={simulation.show} />
              <details class="fold-out">
                <summary>The whole context at the end of the path</summary>
                <pre tabIndex={0}>{JSON.stringify(answer?.now.context, null, 2)}</pre>
              </details>
              <div class="next-buttons path-foot">
                <Button
                  disabled={answer?.path.moves.length === 0}
                  onClick={() => setDialog("test")}
                >
                  Save as a test
                </Button>
                <Button onClick={share}>Copy a link</Button>
                <Button kind="quiet" onClick={() => simulation.take({ moves: [] })}>
                  Begin anew
                </Button>
              </div>
            </>
          ),
          Coverage: () => (
            <Coverage
              saga={saga}
              whole={whole}
              source={source}
              onSource={setSource}
              onVisits={setVisits}
              onSelect={select}
            />
          ),
          Check: () => <Checker saga={saga} onPlay={onPlay} />,
          Outline: () => (
            <Outline
              model={whole}
              folded={folded}
              overlay={overlay}
              selection={selection}
              onSelect={select}
              onFold={chart.fold}
            />
          ),
        }}
      />
      {dialog === "test" && answer !== null && (
        <TestDialog saga={saga} path={answer.path} onClose={() => setDialog(null)} />
      )}
      {dialog === "input" && (
        <InputDialog
          first={answer?.path.input ?? answer?.input}
          onTake={(input) => simulation.take({ input, moves: [] })}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}

function NextTab({ simulation, onInput }: { simulation: Simulation; onInput: () => void }) {
  const { answer, error, isBusy, act, shown } = simulation;
  if (answer === null) {
    if (error === null) return <Loading what="the simulation" />;
    return (
      <>
        <Failure error={error} />
        <div class="next-buttons path-foot">
          <Button onClick={onInput}>Give an input</Button>
        </div>
      </>
    );
  }
  const isPast = shown < answer.steps.length - 1;
  const state = answer.steps[shown]?.state ?? "";
  return (
    <>
      <div class="now">
        <span class="quiet">{isPast ? "It stood in" : "It stands in"}</span>
        {state.split(",").map((path) => (
          <b key={path} class="is-mono">
            {path}
          </b>
        ))}
        {answer.stopped !== null && (
          <p class="hint is-problem" role="alert">
            {answer.stopped.reason}
          </p>
        )}
        {error !== null && <Failure error={error} />}
      </div>
      {isPast ? (
        <p class="next-note pad">What can happen next is shown at the end of the path.</p>
      ) : (
        <Next now={answer.now} act={(one) => void act(one)} isBusy={isBusy} />
      )}
      <div class="next-buttons path-foot">
        <Button kind="quiet" onClick={onInput}>
          Another input…
        </Button>
      </div>
    </>
  );
}

function share(): void {
  navigator.clipboard.writeText(globalThis.location.href).then(() => tell("Copied"), tellFailure);
}

const PLAY_MS = 900;

/** Shows the path step by step, from its beginning if it is at its end. */
function usePlay(simulation: Simulation): [boolean, (isPlaying: boolean) => void] {
  const [isPlaying, setPlaying] = useState(false);
  const { shown, show, answer, isBusy } = simulation;
  const last = (answer?.steps.length ?? 1) - 1;
  useEffect(() => {
    if (!isPlaying || isBusy) return undefined;
    if (shown >= last) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => show(shown + 1), PLAY_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, isBusy, shown, last]);
  return [
    isPlaying,
    (wished) => {
      if (wished && !isBusy && shown >= last) show(0);
      setPlaying(wished);
    },
  ];
}

/** Unfolds what is active. */
function useFollow(chart: SagaChart, active: readonly string[] | undefined): void {
  const followed = useRef("");
  useEffect(() => {
    const key = (active ?? []).join();
    if (active === undefined || followed.current === key) return;
    followed.current = key;
    const folds = foldsFor(chart.drawn.folded, active);
    if (folds !== null) chart.setFolded(folds);
  }, [chart, active]);
}

function useSimulationKeys(simulation: Simulation, play: (isPlaying: boolean) => void): void {
  useCommands(
    useMemo(() => {
      const { answer, shown, show, undo, redo, act } = simulation;
      const last = (answer?.steps.length ?? 1) - 1;
      const group = "Simulation";
      return [
        { group, name: "Take back", keys: ["Ctrl+z"], run: () => undo?.() },
        { group, name: "Do again", keys: ["Ctrl+Z", "Ctrl+y"], run: () => redo?.() },
        { group, name: "The step before", keys: ["["], run: () => show(Math.max(0, shown - 1)) },
        { group, name: "The step after", keys: ["]"], run: () => show(Math.min(last, shown + 1)) },
        { group, name: "To the end of the path", keys: ["l"], run: () => show(last) },
        { group, name: "Play the path", keys: ["p"], run: () => play(true) },
        { group, name: "All goes well", keys: ["g"], run: () => void act({ kind: "goOn" }) },
      ];
    }, [simulation]),
  );
}
