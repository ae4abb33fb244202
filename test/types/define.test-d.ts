import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { z } from "zod";
const machine = setup({
  types: { events: {} as { type: "PACKED"; parcelId: string } | { type: "saga.cancel"; reason?: string | undefined }, input: {} as { a: number }, context: {} as {x: number} },
  actors: { charge: activity<{ cents: number }, { paymentId: string }>(), refund: activity<{ id: string | null }, void>() },
}).createMachine({ id: "m", context: { x: 1 }, initial: "a", states: { a: { on: {PACKED: "b", "saga.cancel": "b"}, invoke: { id: "charge", src: "charge", input: { cents: 1 }, onDone: "b", onError: "b" } }, b: { type: "final" } } });
export const ok = defineSaga({ name: "m", version: 1, machine, activities: { charge: async ({ input }) => ({ paymentId: String(input.cents) }), refund: async () => {} }, compensations: { charge: "refund" }, input: z.object({ a: z.number() }), events: { PACKED: z.object({ parcelId: z.string() }), "saga.cancel": z.object({ reason: z.string().optional() }) } });
// @ts-expect-error missing activity
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }) } });
// @ts-expect-error wrong output
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: 1 }), refund: async () => {} } });
// @ts-expect-error wrong input
defineSaga({ name: "m", version: 1, machine, activities: { charge: async ({ input }: {input: {cents: string}}) => ({ paymentId: input.cents }), refund: async () => {} } });
// @ts-expect-error unknown compensation
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }), refund: async () => {} }, compensations: { charg: "refund" } });
// @ts-expect-error unknown compensation target
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }), refund: async () => {} }, compensations: { charge: "refun" } });
// @ts-expect-error unknown event
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }), refund: async () => {} }, events: { PACKD: z.object({}) } });
// @ts-expect-error wrong payload
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }), refund: async () => {} }, events: { PACKED: z.object({ parcelId: z.number() }) } });
// @ts-expect-error wrong input schema
defineSaga({ name: "m", version: 1, machine, activities: { charge: async () => ({ paymentId: "" }), refund: async () => {} }, input: z.object({ a: z.string() }) });
