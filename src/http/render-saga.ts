/** Rendering of sagas: what a definition looks like from outside. */
import { declaredEvents, eventVerdicts } from "../saga/accepts.ts";
import type { AcceptedEvent, EventVerdicts } from "../saga/accepts.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { toJsonSchema } from "./json-schema.ts";
import { toJson } from "./render.ts";
import type { Json } from "./render.ts";

export interface RenderedEvent {
  readonly type: string;
  /** JSON Schema (draft 2020-12) of the event without its `type`; null if the saga gives none. */
  readonly schema: Json;
}

/** An event that the present state takes. */
export interface RenderedAccept extends RenderedEvent {
  /** True: it depends on its payload, a guard may still refuse it. */
  readonly guarded: boolean;
}

export interface RenderedSagaEvents {
  readonly saga: string;
  readonly version: number;
  readonly events: readonly (RenderedEvent & EventVerdicts)[];
}

export interface RenderedSaga {
  readonly name: string;
  readonly version: number;
  readonly events: readonly RenderedEvent[];
  /** For each activity with an effect to undo the activity that undoes it; null: cannot be undone. */
  readonly compensations: Readonly<Record<string, string | null>>;
  /** The saga whose chart starts its instances; null: they are started from outside. */
  readonly childOf: string | null;
  readonly inputSchema: Json;
}

export function renderSaga({ saga, ...rest }: Chart): RenderedSaga {
  return {
    name: saga.name,
    version: saga.version,
    events: renderEvents(saga, declaredEvents({ saga, ...rest })),
    compensations: saga.compensations,
    childOf: saga.childOf,
    inputSchema: toJsonSchema(saga.input),
  };
}

/** The saga with its chart as its author wrote it, which `createMachine` takes again; functions are left out. */
export function renderSagaWithChart(chart: Chart): RenderedSaga & { readonly chart: Json } {
  // The saga's own machine: the one that runs carries marks of the runtime.
  return { ...renderSaga(chart), chart: toJson(chart.saga.machine.config) };
}

function renderEvents(
  saga: Pick<AnySaga, "events">,
  types: readonly string[],
): readonly RenderedEvent[] {
  return types.map((type) => ({ type, schema: toJsonSchema(saga.events[type]) }));
}

/** All declared events, and what each leaf state does with each. */
export function renderSagaEvents(chart: Chart): RenderedSagaEvents {
  const { saga } = chart;
  return {
    saga: saga.name,
    version: saga.version,
    events: eventVerdicts(chart).map(({ type, states }) => ({
      type,
      schema: toJsonSchema(saga.events[type]),
      states,
    })),
  };
}

export function renderAccepts(
  saga: Pick<AnySaga, "events">,
  accepts: readonly AcceptedEvent[],
): readonly RenderedAccept[] {
  return accepts.map(({ type, guarded }) => ({
    type,
    guarded,
    schema: toJsonSchema(saga.events[type]),
  }));
}
