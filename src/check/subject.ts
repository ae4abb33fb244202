/**
 * The subject: a saga prepared for its check. Everything that stays the same while it is explored.
 */
import type { AnyStateNode, EventObject } from "xstate";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SagaError } from "../errors.ts";
import { declaredEvents } from "../saga/accepts.ts";
import { invocationsOf } from "../saga/announce.ts";
import { stateNodes, toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { pathOf } from "../saga/finding.ts";
import { assertDurable } from "../saga/lint.ts";
import { assertOptions } from "./options.ts";
import type { CheckOptions } from "./options.ts";
import { namesIn, remembered } from "./rule.ts";
import type { Condition, Rule } from "./rule.ts";
import type { Samples } from "./samples.ts";
import { shrink } from "./scope.ts";
import { watch } from "./watch.ts";
import type { Watch } from "./watch.ts";

export interface Subject {
  readonly saga: AnySaga;
  readonly chart: Chart;
  readonly watch: Watch;
  readonly samples: Samples;
  readonly input: unknown;
  /** What may come from outside: each declared event with each of its samples. */
  readonly events: readonly EventObject[];
  readonly rules: readonly Rule[];
  /** What the rules remember, in the order of `Configuration.seen`. */
  readonly remembered: readonly Condition[];
  /** Names of activities whose effect can be undone. */
  readonly undoable: readonly string[];
  /** Names of activities after which the saga only goes forward. */
  readonly pivots: ReadonlySet<string>;
  /** Whether it is kept account of the effects of an activity. */
  readonly isTracked: (src: string) => boolean;
  readonly ignoreContext: readonly string[];
  /** The state that invokes an activity, by the activity's id; the state that sets a timer, by its event. */
  readonly invokers: ReadonlyMap<string, AnyStateNode>;
  readonly timerStates: ReadonlyMap<string, AnyStateNode>;
  /** Whether limits of the chart were made smaller. */
  readonly isShrunk: boolean;
  /** What is left out, each told once. */
  readonly notExplored: Set<string>;
}

/**
 * @throws {SagaError} SAGA_CHART_INVALID if the saga cannot be made durable.
 * @throws {SagaError} SAGA_CHECK_INVALID if an option cannot be used.
 * @throws {SagaError} SAGA_INPUT_INVALID if the input of the samples does not pass the schema.
 */
export function toSubject(saga: AnySaga, options: CheckOptions): Subject {
  assertDurable(saga);
  const chart = toChart(saga);
  const nodes = stateNodes(chart.machine);
  assertOptions(options, {
    activities: Object.keys(saga.activities),
    states: nodes.map(pathOf),
    events: declaredEvents(chart),
  });
  const shrunk = shrink(chart, options.scope ?? {});
  const notExplored = new Set<string>([...unknownParts(saga), ...othersOf(chart), ...shrunk]);
  const rules = options.rules ?? [];
  const drawn = nodes.flatMap(pivotsOf).filter((src) => Object.hasOwn(saga.compensations, src));
  const pivots = new Set([...(options.pivots ?? []), ...drawn]);
  const named = rules.flatMap((rule) => namesIn(rule).effects);
  const tracked = new Set([...undoableOf(saga), ...pivots, ...named]);

  return {
    saga,
    chart,
    watch: watch(chart),
    samples: options.samples,
    input: toInput(saga, options.samples, notExplored),
    events: toEvents(chart, options.samples, notExplored),
    rules,
    remembered: rules.map(remembered).filter((condition) => condition !== null),
    undoable: undoableOf(saga),
    pivots,
    isTracked: (src) => tracked.has(src) || chart.undoes.has(src),
    ignoreContext: options.ignoreContext ?? [],
    invokers: new Map(
      nodes.flatMap((node) => invocationsOf(node).map(({ id }) => [id, node] as const)),
    ),
    timerStates: new Map(
      nodes.flatMap((node) => node.after.map(({ eventType }) => [eventType, node])),
    ),
    isShrunk: shrunk.length > 0,
    notExplored,
  };
}

/** Whether two states are active side by side: in different regions of a parallel state. */
export function isConcurrent(a: AnyStateNode | undefined, b: AnyStateNode | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const around = lineage(a);
  const common = lineage(b).find((node) => around.includes(node));
  return common !== undefined && common.type === "parallel" && common !== a && common !== b;
}

/** The state and those around it, from the inside. */
export function lineage(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...lineage(node.parent)];
}

function undoableOf({ compensations }: AnySaga): readonly string[] {
  return Object.keys(compensations).filter((src) => compensations[src] !== null);
}

// `meta: { pivot: true }` on a state: the activities with an effect that it, or a state inside it, invokes.
function pivotsOf(node: AnyStateNode): readonly string[] {
  const isPivot = lineage(node).some(
    ({ meta }) => (meta as { pivot?: unknown } | undefined)?.pivot === true,
  );
  return isPivot ? invocationsOf(node).map(({ src }) => src as string) : [];
}

// Limits make attempts wait, and an attempt may take any time.
const KNOWN_PARTS = new Set(
  "name version machine activities compensations input events parks limits".split(" "),
);

// A saga may come to have more to it than this checker knows.
function unknownParts(saga: AnySaga): readonly string[] {
  return Object.entries(saga)
    .filter(([name, value]) => !KNOWN_PARTS.has(name) && !isEmpty(value))
    .map(([name]) => `what the saga says in \`${name}\``);
}

/** Actors that answer by a life of their own: what they send is not among the moves. */
function othersOf({ actors }: Chart): readonly string[] {
  return [...actors]
    .filter(([, { kind }]) => kind !== "activity" && kind !== "reducer")
    .map(([name, { kind }]) =>
      kind === "instance"
        ? `what child machine "${name}" sends`
        : `what live actor "${name}" sends`,
    );
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function toInput(saga: AnySaga, { input }: Samples, notExplored: Set<string>): unknown {
  if (saga.input === null) return input;
  const answer = ask(saga.input, input);
  if (answer === null) {
    notExplored.add("the schema of the input: it answers asynchronously");
    return input;
  }
  if ("value" in answer) return answer.value;
  throw new SagaError(
    "SAGA_INPUT_INVALID",
    `the sample input does not pass the schema of saga "${saga.name}": ${reasonOf(answer)}`,
  );
}

function toEvents(
  chart: Chart,
  { events = {} }: Samples,
  notExplored: Set<string>,
): readonly EventObject[] {
  return declaredEvents(chart).flatMap((type) =>
    (events[type] ?? [{}]).flatMap((payload) => {
      const schema = chart.saga.events[type];
      const answer = schema === undefined ? { value: payload } : ask(schema, payload);
      if (answer !== null && !("value" in answer)) {
        notExplored.add(
          `event "${type}": its sample does not pass the schema (${reasonOf(answer)})`,
        );
        return [];
      }
      return [{ ...((answer === null ? payload : answer.value) as object), type }];
    }),
  );
}

type Answer =
  | { readonly value: unknown }
  | { readonly issues: StandardSchemaV1.FailureResult["issues"] };

function ask(schema: StandardSchemaV1, value: unknown): Answer | null {
  const answer = schema["~standard"].validate(value);
  if (answer instanceof Promise) return null;
  return answer.issues === undefined ? { value: answer.value } : { issues: answer.issues };
}

function reasonOf(answer: Exclude<Answer, { value: unknown }>): string {
  return answer.issues.map(({ message }) => message).join("; ");
}
