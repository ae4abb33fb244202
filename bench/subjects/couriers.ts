/** Couriers that drive in circles: each event moves one on to the next of twelve states, over all edges of the chart. */
import { setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import { defineSaga } from "../../src/index.ts";

const legs = {
  collecting: ["called", "waiting", "loading"],
  driving: ["city", "motorway", "ferry"],
  delivering: ["ringing", "handing", "signing"],
  returning: ["tolls", "washing", "resting"],
} as const;

const names = Object.keys(legs) as (keyof typeof legs)[];

export const courierSaga = defineSaga({
  name: "courier",
  version: 1,
  machine: setup({ types: { events: {} as { type: "NEXT" } } }).createMachine({
    id: "courier",
    initial: "collecting",
    states: Object.fromEntries(
      names.map((leg, at) => [leg, toLeg(leg, names[(at + 1) % names.length] ?? leg)]),
    ),
  } as never) as unknown as AnyStateMachine,
  activities: {},
});

export const nextBody = JSON.stringify({ type: "NEXT" });

export const courierId = (index: number): string => `c-${String(index).padStart(4, "0")}`;

function toLeg(leg: keyof typeof legs, next: string): object {
  const places = legs[leg];
  const states = places.map((place, at) => {
    const onwards = places[at + 1] ?? `#courier.${next}`;
    return [place, { tags: "forward", on: { NEXT: onwards } }] as const;
  });
  return { initial: places[0], states: Object.fromEntries(states) };
}
