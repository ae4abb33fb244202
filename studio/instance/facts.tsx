/** What an instance is: where it stands, what is pending, and what can happen next. */
import type { Instance } from "../../src/client/answers.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { triggerText } from "../../src/draw/words.ts";
import type { RenderedMoment } from "../../src/studio/trail-routes.ts";
import { href, paths } from "../app/location.ts";
import { agoText, nowMs, spanText } from "../app/now.ts";
import { Button } from "../ui/button.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { PhaseMark } from "../ui/phase.tsx";
import { ContextView } from "./context-view.tsx";
import { errorText } from "./entry.ts";
import { operations } from "./operation-dialog.tsx";
import type { OperationName } from "./operation-dialog.tsx";

export interface FactsProps {
  readonly instance: Instance;
  readonly model: ChartModel;
  /** What it was at the revision that is looked at, or is now; undefined while that loads. */
  readonly moment: RenderedMoment | undefined;
  /** Whether the moment is a past one. */
  readonly isPast: boolean;
  readonly onSend: (type: string, schema: unknown) => void;
  readonly onOperate: (name: OperationName) => void;
}

export function Facts({ instance, model, moment, isPast, onSend, onOperate }: FactsProps) {
  const shown = isPast && moment !== undefined ? moment : instance;
  const { phase, state } = shown;
  const isFresh = moment !== undefined && (isPast || moment.revision === instance.revision);
  return (
    <div class="facts">
      <section>
        <h3>{isPast ? "Was in" : "Now in"}</h3>
        <ul class="standing">
          {state.split(",").map((path) => (
            <li key={path}>{path === "" ? "waits to begin" : path.split(".").join(" › ")}</li>
          ))}
        </ul>
        <p class="standing-phase">
          <PhaseMark phase={phase} />
          {!isPast && <span class="quiet">since {agoText(instance.updatedAt)}</span>}
        </p>
      </section>
      {!isPast && <Warnings instance={instance} />}
      <Timers timers={shown.timers} model={model} isPast={isPast} />
      {!isPast && <Activities instance={instance} />}
      {!isPast && <NextEvents instance={instance} onSend={onSend} />}
      {!isPast && <Operations instance={instance} onOperate={onOperate} />}
      <section>
        <h3>
          Context {isFresh && moment.revision > 1 && <span class="quiet">and its last change</span>}
        </h3>
        <ContextView
          value={isFresh ? moment.context : shown.context}
          before={isFresh && moment.revision > 1 ? moment.contextBefore : undefined}
        />
      </section>
      {!isPast && <Relatives instance={instance} />}
    </div>
  );
}

function Warnings({ instance }: { instance: Instance }) {
  const { suspended, error, waitsFor } = instance;
  return (
    <>
      {suspended !== null && (
        <p class="notice">
          <b>Suspended</b> {suspended.by !== null && `by ${suspended.by} `}
          {agoText(suspended.at)}: {suspended.reason}
        </p>
      )}
      {waitsFor !== null && (
        <p class="notice">
          Waits for room of <code>{waitsFor.key}</code>
          {waitsFor.position !== null && `, place ${waitsFor.position}`}
        </p>
      )}
      {error !== null && <p class="notice is-bad">{errorText(error)}</p>}
    </>
  );
}

function Timers(props: { timers: Instance["timers"]; model: ChartModel; isPast: boolean }) {
  const { timers, model, isPast } = props;
  if (timers.length === 0) return null;
  return (
    <section>
      <h3>Timers</h3>
      <ul class="pending">
        {timers.map(({ event, dueAt }) => {
          const edge = model.edges.find((one) => one.event === event);
          const leftMs = Date.parse(dueAt) - nowMs.value;
          return (
            <li key={`${event} ${dueAt}`} class="kind-after">
              <Glyph name="after" />
              <span class="pending-name">{edge === undefined ? event : triggerText(edge)}</span>
              <span class="countdown" title={dueAt}>
                {isPast
                  ? ""
                  : leftMs > 0
                    ? `in ${spanText(Math.ceil(leftMs / 1_000) * 1_000)}`
                    : "due"}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Activities({ instance }: { instance: Instance }) {
  const { activities } = instance;
  if (activities.length === 0) return null;
  return (
    <section>
      <h3>Activities</h3>
      <ul class="pending">
        {activities.map(({ activityId, activity, attempt, status, waitsFor, idempotencyKey }) => (
          <li key={`${activityId} ${idempotencyKey}`} title={idempotencyKey}>
            <Glyph name="invoke" />
            <span class="pending-name">{activity}</span>
            <span class="quiet">
              {status === "live" ? "runs" : status}
              {attempt > 1 && `, attempt ${attempt}`}
              {waitsFor !== null && ` for room of ${waitsFor}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NextEvents({ instance, onSend }: Pick<FactsProps, "instance" | "onSend">) {
  const events = instance.accepts;
  return (
    <section>
      <h3>Can happen next</h3>
      {events.length === 0 && <p class="quiet">No event from outside is taken now.</p>}
      <div class="buttons">
        {events.map(({ type, guarded, schema }) => (
          <button
            key={type}
            type="button"
            class="event-button"
            title={guarded ? "A guard may still refuse it for its payload." : "Send it…"}
            onClick={() => onSend(type, schema)}
          >
            <Glyph name="event" />
            {type}
            {guarded && <span class="quiet"> guarded</span>}
          </button>
        ))}
      </div>
    </section>
  );
}

/** What an operator can do now. */
function operationsFor({ phase, accepts, suspended, error }: Instance): readonly OperationName[] {
  if (isEnd(phase)) return [];
  const takes = (type: string): boolean => accepts.some((event) => event.type === type);
  const all: readonly (readonly [OperationName, boolean])[] = [
    ["retry", takes("saga.retry")],
    ["skip", takes("saga.skip")],
    ["redeliver", phase === "stuck" && error !== null],
    [suspended === null ? "suspend" : "resume", true],
    ["cancel", takes("saga.cancel")],
    ["terminate", true],
  ];
  return all.filter(([, isPossible]) => isPossible).map(([name]) => name);
}

function Operations({ instance, onOperate }: Pick<FactsProps, "instance" | "onOperate">) {
  const names = operationsFor(instance);
  if (names.length === 0) return null;
  return (
    <section>
      <h3>Operate</h3>
      <div class="buttons">
        {names.map((name) => (
          <Button
            key={name}
            kind={operations[name].isGrave ? "danger" : "plain"}
            onClick={() => onOperate(name)}
          >
            {operations[name].title}…
          </Button>
        ))}
      </div>
    </section>
  );
}

function Relatives({ instance }: { instance: Instance }) {
  const { parent, children, parkedEvents, attributes, correlationId, createdAt } = instance;
  return (
    <section>
      <h3>More</h3>
      <dl class="more">
        <dt>Started</dt>
        <dd title={createdAt}>{agoText(createdAt)}</dd>
        <dt>Version</dt>
        <dd>{instance.version}</dd>
        <dt>Revision</dt>
        <dd>{instance.revision}</dd>
        <dt>Correlation</dt>
        <dd class="is-mono">{correlationId}</dd>
        {Object.entries(attributes).map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
        {parent !== null && (
          <>
            <dt>Parent</dt>
            <dd>
              <a href={href(paths.instance(parent.saga, parent.id))}>{parent.id}</a>
            </dd>
          </>
        )}
        {children.map(({ childId, kind, instance: child }) => (
          <>
            <dt key={childId}>Child {childId}</dt>
            <dd>
              {child === null ? (
                kind
              ) : (
                <a href={href(paths.instance(child.saga, child.id))}>{child.id}</a>
              )}
            </dd>
          </>
        ))}
        {parkedEvents.length > 0 && (
          <>
            <dt>Parked</dt>
            <dd>{parkedEvents.map(({ event }) => event).join(", ")}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

export function isEnd(phase: Instance["phase"]): boolean {
  return ["completed", "compensated", "failed", "stopped"].includes(phase);
}
