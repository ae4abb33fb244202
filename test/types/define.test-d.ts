/** What must compile, and what must not, when a saga is defined and used; `tsc` is the judge. */
import { setup } from "xstate";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { activity, defineSaga, transaction } from "../../src/index.ts";
import type { Runtime, Saga, SqliteTransaction } from "../../src/index.ts";

const machine = setup({
  types: {
    context: {} as { cents: number },
    input: {} as { cents: number },
    events: {} as
      | { type: "PACKED"; parcelId: string }
      | { type: "saga.cancel"; reason?: string | undefined },
  },
  actors: {
    charge: activity<{ cents: number }, { paymentId: string }>(),
    refund: activity<{ paymentId: string | null }, void>(),
  },
}).createMachine({ id: "shop", context: { cents: 1 } });

const activities = {
  charge: () => Promise.resolve({ paymentId: "p-1" }),
  refund: () => Promise.resolve(),
};
const saga = { name: "shop", version: 1, machine, activities };

export const complete: Saga<typeof machine> = defineSaga({
  ...saga,
  activities: {
    ...activities,
    charge: ({ input }) => Promise.resolve({ paymentId: `${input.cents.toFixed()} cents` }),
  },
  compensations: { charge: "refund", refund: null },
  input: z.object({ cents: z.number() }),
  events: {
    PACKED: z.object({ parcelId: z.string() }),
    "saga.cancel": z.object({ reason: z.string().optional() }),
  },
});

// @ts-expect-error -- refund has no function
defineSaga({ ...saga, activities: { charge: activities.charge } });

defineSaga({
  ...saga,
  // @ts-expect-error -- the chart reads paymentId as a text
  activities: { ...activities, charge: () => Promise.resolve({ paymentId: 1 }) },
});

defineSaga({
  ...saga,
  activities: {
    ...activities,
    // @ts-expect-error -- the chart gives cents as a number
    charge: ({ input }: { input: { cents: string } }) =>
      Promise.resolve({ paymentId: input.cents }),
  },
});

// @ts-expect-error -- there is no activity "chrage"
defineSaga({ ...saga, compensations: { chrage: "refund" } });

// @ts-expect-error -- there is no activity "refnd"
defineSaga({ ...saga, compensations: { charge: "refnd" } });

// @ts-expect-error -- there is no event "PACKT"
defineSaga({ ...saga, events: { PACKT: z.object({}) } });

defineSaga({ ...saga, parks: ["PACKED", "saga.cancel"] });

defineSaga({
  ...saga,
  limits: {
    activities: { charge: { key: ({ input }) => input.cents.toFixed(), atOnce: 1 } },
  },
});

// @ts-expect-error -- there is no activity "chrage"
defineSaga({ ...saga, limits: { activities: { chrage: { key: () => "bank", atOnce: 1 } } } });

// @ts-expect-error -- the chart gives cents as a number
defineSaga({ ...saga, limits: { activities: { charge: { key: ({ input }) => input.cents } } } });

// @ts-expect-error -- there is no event "PACKT"
defineSaga({ ...saga, parks: ["PACKT"] });

// @ts-expect-error -- the chart reads parcelId as a text
defineSaga({ ...saga, events: { PACKED: z.object({ parcelId: z.number() }) } });

// @ts-expect-error -- the chart reads cents as a number
defineSaga({ ...saga, input: z.object({ cents: z.string() }) });

export async function use(runtime: Runtime): Promise<void> {
  await runtime.start(complete, { input: { cents: 1 } });
  await runtime.send(complete, "s-1", { type: "PACKED", parcelId: "p-1" });

  // @ts-expect-error -- the input lacks its cents
  await runtime.start(complete, { input: {} });
  // @ts-expect-error -- there is no event "PACKT"
  await runtime.send(complete, "s-1", { type: "PACKT" });
  // @ts-expect-error -- the payload lacks its parcelId
  await runtime.send(complete, "s-1", { type: "PACKED" });
  // @ts-expect-error -- only the runtime tells a chart what its activities did
  await runtime.send(complete, "s-1", { type: "xstate.done.actor.charge", output: {} });
}

// TypeScript looks at the call of `transaction` before it knows the machine, unless it is told.
defineSaga<typeof machine>({
  ...saga,
  activities: {
    ...activities,
    charge: transaction(({ tx, input, idempotencyKey }) => {
      expectTypeOf(tx).toEqualTypeOf<SqliteTransaction>();
      expectTypeOf(input).toEqualTypeOf<{ cents: number }>();
      return { paymentId: idempotencyKey };
    }),
  },
});

defineSaga({
  ...saga,
  // @ts-expect-error -- the chart reads paymentId as a text
  activities: { ...activities, charge: transaction(() => ({ paymentId: 1 })) },
});

defineSaga({
  ...saga,
  // @ts-expect-error -- a transactional activity is synchronous
  activities: { ...activities, charge: transaction(() => Promise.resolve({ paymentId: "p-1" })) },
});

defineSaga({
  ...saga,
  activities: {
    ...activities,
    // @ts-expect-error -- the chart gives cents as a number
    charge: transaction(({ input }: { input: { cents: string } }) => ({ paymentId: input.cents })),
  },
});

const routed = setup({
  types: { events: {} as { type: "GO" } },
}).createMachine({
  initial: "a",
  states: { a: { id: "a", route: {} }, b: { id: "b" } },
});
export const tour = defineSaga({ name: "tour", version: 1, machine: routed, activities: {} });

export async function follow(runtime: Runtime): Promise<void> {
  await runtime.send(tour, "t-1", { type: "xstate.route", to: "#a" });

  // @ts-expect-error -- b is no route
  await runtime.send(tour, "t-1", { type: "xstate.route", to: "#b" });

  // @ts-expect-error -- the shop draws no routes
  await runtime.send(complete, "s-1", { type: "xstate.route", to: "#a" });
}
