/**
 * The snapshot envelope: how a machine snapshot is kept between two events.
 *
 * The format is ours and has a number, because XState's own persisted form changed in a patch release.
 * Timers and activities are not in it: they are rows, so that they can be found when they are due.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyStateNode, StateValue } from "xstate";
import { SagaError } from "../errors.ts";
import { stateNodes } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { decode, encodeOwn, normalizeError } from "./codec.ts";
import type { Visits } from "./effect.ts";
import { addressOf, inertRef, isInert } from "./ref.ts";
import type { Address } from "./ref.ts";

/** Format of what `encodeSnapshot` writes. A later one comes with an upgrader from this one. */
export const SNAPSHOT_FORMAT = 1;

interface Envelope {
  readonly format: number;
  readonly saga: string;
  readonly version: number;
  readonly status: "active" | "done" | "error" | "stopped";
  readonly value: StateValue;
  readonly context: unknown;
  /** Left out while there is none. */
  readonly output?: unknown;
  readonly error?: unknown;
  /** Ids of the states that a history state remembers, by its id. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  /** By the child's id. */
  readonly children: Readonly<Record<string, StoredChild>>;
  readonly visits: Visits;
}

interface StoredChild {
  /** Name of its logic. */
  readonly src: string;
  /** The revision that started it. */
  readonly generation: number;
}

/** @throws {SagaError} SAGA_CONTEXT_NOT_SERIALIZABLE if the context, the output or the error is not plain data. */
export function encodeSnapshot(chart: Chart, snapshot: AnyMachineSnapshot, visits: Visits): string {
  const history = snapshot.historyValue as Record<string, AnyStateNode[]>;
  const children = snapshot.children as Record<string, AnyActorRef>;
  const { output = null, error = null } = snapshot as { output?: unknown; error?: unknown };
  const envelope: Envelope = {
    format: SNAPSHOT_FORMAT,
    saga: chart.saga.name,
    version: chart.saga.version,
    status: snapshot.status,
    value: snapshot.value as StateValue,
    context: snapshot.context,
    history: mapValues(history, (nodes) => nodes.map((node) => node.id)),
    children: mapValues(children, toStoredChild),
    visits,
  };
  return encodeOwn(withResult(envelope, snapshot), [snapshot.context, output, error]);
}

// Left out while there is none: most steps are not the last.
function withResult(
  envelope: Envelope,
  { output, error }: { readonly output?: unknown; readonly error?: unknown },
): Envelope {
  if (output === undefined && error === undefined) return envelope;
  return {
    ...envelope,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
  };
}

function toStoredChild(ref: AnyActorRef): StoredChild {
  const address = addressOf(ref);
  if (address?.kind !== "child") throw new Error(`child "${ref.id}" has no address`);
  return { src: ref.src as string, generation: address.generation };
}

/** @throws {SagaError} SAGA_SNAPSHOT_INVALID if the text is no snapshot of this chart. */
export function decodeSnapshot(
  chart: Chart,
  text: string,
): { snapshot: AnyMachineSnapshot; visits: Visits } {
  const envelope = readEnvelope(chart, text);
  if (envelope.format !== SNAPSHOT_FORMAT) {
    throw invalid(
      chart,
      `has format ${String(envelope.format)}, this program reads ${SNAPSHOT_FORMAT}`,
    );
  }
  if (envelope.saga !== chart.saga.name || envelope.version !== chart.saga.version) {
    throw invalid(chart, `is of saga "${envelope.saga}" version ${envelope.version}`);
  }
  return { snapshot: restore(chart, envelope), visits: envelope.visits };
}

/** The snapshot as it will be after a restart, so that a live one can never behave differently. */
export function settled(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
  const ordered = withInertChildren(inDocumentOrder(snapshot));
  if (ordered.status !== "error") return ordered;
  return { ...ordered, error: normalizeError(ordered.error) } as AnyMachineSnapshot;
}

// An actor that XState spawned holds all that its step was made of, and would keep it alive.
function withInertChildren(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
  const children = snapshot.children as Record<string, AnyActorRef>;
  if (areInert(children)) return snapshot;
  const inert = mapValues(children, (ref) =>
    isInert(ref) ? ref : inertRef(addressOf(ref) as Address, { src: ref.src as string }),
  );
  return { ...snapshot, children: inert } as AnyMachineSnapshot;
}

function areInert(children: Readonly<Record<string, AnyActorRef>>): boolean {
  for (const childId in children) if (!isInert(children[childId])) return false;
  return true;
}

// XState tries `always` in the order in which the leaves were entered, which no stored value can tell.
function inDocumentOrder(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
  const nodes = snapshot._nodes as readonly AnyStateNode[];
  const isOrdered = nodes.every((node, index) => node.order >= (nodes[index - 1]?.order ?? 0));
  if (isOrdered) return snapshot;
  const ordered = nodes.toSorted((a, b) => a.order - b.order);
  return { ...snapshot, _nodes: ordered } as AnyMachineSnapshot;
}

function readEnvelope(chart: Chart, text: string): Envelope {
  let envelope: unknown;
  try {
    envelope = decode(text);
  } catch (cause) {
    throw invalid(chart, "cannot be read", cause);
  }
  if (envelope === null || typeof envelope !== "object") throw invalid(chart, "is no object");
  return envelope as Envelope;
}

function restore(chart: Chart, envelope: Envelope): AnyMachineSnapshot {
  const { machine } = chart;
  let snapshot: AnyMachineSnapshot;
  try {
    snapshot = machine.resolveState({
      value: envelope.value,
      context: envelope.context,
      status: envelope.status,
      output: envelope.output,
      error: envelope.error,
      historyValue: revivedHistory(chart, envelope.history),
    }) as AnyMachineSnapshot;
  } catch (cause) {
    throw invalid(
      chart,
      `has the state ${JSON.stringify(envelope.value)}, unknown to the chart`,
      cause,
    );
  }
  return Object.assign(inDocumentOrder(snapshot), {
    status: envelope.status,
    children: Object.fromEntries(
      Object.entries(envelope.children).map(([childId, { src, generation }]) => [
        childId,
        inertRef({ kind: "child", childId, generation }, { src }),
      ]),
    ),
  });
}

function revivedHistory(
  chart: Chart,
  history: Envelope["history"],
): Record<string, AnyStateNode[]> {
  const nodes = new Map(stateNodes(chart.machine).map((node) => [node.id, node]));
  return mapValues(history, (ids) =>
    ids.map((id) => {
      const node = nodes.get(id);
      // XState would fall back to the default without a word.
      if (node === undefined) throw new Error(`history remembers "${id}"`);
      return node;
    }),
  );
}

function invalid(chart: Chart, what: string, cause?: unknown): SagaError {
  const { name, version } = chart.saga;
  return new SagaError(
    "SAGA_SNAPSHOT_INVALID",
    `a stored snapshot of saga "${name}" version ${version} ${what}`,
    { cause },
  );
}

function mapValues<In, Out>(
  values: Readonly<Record<string, In>>,
  map: (value: In) => Out,
): Record<string, Out> {
  const mapped: Record<string, Out> = {};
  for (const key in values) mapped[key] = map(values[key] as In);
  return mapped;
}
