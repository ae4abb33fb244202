/** Sagas that do things and undo them: in a row, side by side, again and again, and nested. */
import { createMachine, fromPromise } from "xstate";
import type { AnyStateMachine } from "xstate";
import { orderMachine } from "../../../machines/order/chart.ts";
import { samples as orderSamples } from "../../../machines/order/samples.ts";
import { defineSaga } from "../../../src/saga/define.ts";
import type { AnySaga } from "../../../src/saga/define.ts";
import { line } from "./role.ts";
import type { Perform, Role } from "./role.ts";
import { nothingDone, step, stepActions, stepGuards, stuck } from "./step.ts";

const RETRY = { type: "saga.retry" };

/** A machine whose activities are those of the simulation. */
export function machineOf(
  config: object,
  activities: readonly string[],
  actions: object = {},
): AnyStateMachine {
  const silent = fromPromise(() => Promise.reject(new Error("the runtime performs it")));
  return createMachine(config as never, {
    actions: { ...stepActions, ...actions } as never,
    guards: stepGuards as never,
    actors: Object.fromEntries(activities.map((name) => [name, silent])),
  });
}

export function sagaOf(
  name: string,
  machine: AnyStateMachine,
  options: { perform: Perform; compensations?: Record<string, string | null>; more?: object },
): AnySaga {
  const { perform, compensations = {}, more = {} } = options;
  const names = Object.keys(machine.implementations.actors).filter((each) => each !== "child");
  return defineSaga({
    name,
    version: 1,
    machine,
    activities: Object.fromEntries(names.map((each) => [each, perform(each)])),
    compensations,
    ...more,
  } as never);
}

export const order: Role = {
  name: "order",
  define: (perform) =>
    sagaOf("order", orderMachine, {
      perform,
      compensations: {
        reserveInventory: "releaseInventory",
        chargePayment: "refundPayment",
        createShipment: "cancelShipment",
        notifyCustomer: null,
      },
    }),
  input: {
    ...(orderSamples.input as object),
    delays: { attemptTimeoutMs: 2_000, backoffBaseMs: 100, backoffCapMs: 1_000 },
  },
  outputs: orderSamples.outputs as Record<string, object>,
  lines: () => [line({ type: "saga.cancel" }, [0, 8_000], 0.5)],
  closing: [RETRY],
  rules: ["completed", "compensated", "reverse-order"],
};

const tripMachine = machineOf(
  {
    id: "journey",
    context: nothingDone,
    initial: "booking",
    states: {
      booking: {
        type: "parallel",
        on: { CANCEL: "undoing" },
        states: {
          hotel: {
            initial: "trying",
            states: {
              trying: step({
                src: "bookHotel",
                done: "#journey.booking.hotel.booked",
                failed: "#journey.undoing",
              }),
              booked: { type: "final", tags: "forward" },
            },
          },
          flight: {
            initial: "trying",
            states: {
              trying: step({
                src: "bookFlight",
                done: "#journey.booking.flight.booked",
                failed: "#journey.undoing",
              }),
              booked: { type: "final", tags: "forward" },
            },
          },
        },
        onDone: "booked",
      },
      undoing: {
        type: "parallel",
        states: {
          hotel: {
            initial: "trying",
            states: {
              trying: step({
                src: "cancelHotel",
                tag: "compensating",
                done: "#journey.undoing.hotel.undone",
                failed: "#journey.undoing.hotel.stuck",
              }),
              stuck: stuck("trying"),
              undone: { type: "final", tags: "compensating" },
            },
          },
          flight: {
            initial: "trying",
            states: {
              trying: step({
                src: "cancelFlight",
                tag: "compensating",
                done: "#journey.undoing.flight.undone",
                failed: "#journey.undoing.flight.stuck",
              }),
              stuck: stuck("trying"),
              undone: { type: "final", tags: "compensating" },
            },
          },
        },
        onDone: "undone",
      },
      booked: { type: "final", tags: "completed" },
      undone: { type: "final", tags: "compensated" },
    },
  },
  ["bookHotel", "bookFlight", "cancelHotel", "cancelFlight"],
);

/** Two regions side by side. */
export const journey: Role = {
  name: "journey",
  define: (perform) =>
    sagaOf("journey", tripMachine, {
      perform,
      compensations: { bookHotel: "cancelHotel", bookFlight: "cancelFlight" },
    }),
  input: {},
  outputs: {},
  lines: () => [line({ type: "CANCEL" }, [0, 3_000], 0.5)],
  closing: [RETRY],
  rules: ["completed", "compensated"],
};

const meterMachine = machineOf(
  {
    id: "meter",
    context: nothingDone,
    initial: "measuring",
    states: {
      measuring: {
        initial: "attempting",
        on: { AGAIN: { target: "measuring", reenter: true }, DROP: "undoing" },
        states: {
          attempting: {
            tags: "forward",
            invoke: {
              id: "measure",
              src: "measure",
              input: {},
              onDone: { target: "#meter.idle", actions: "take" },
              onError: "#meter.idle",
            },
            after: { 4_000: "#meter.idle" },
          },
        },
      },
      idle: { tags: "forward", on: { AGAIN: "measuring", STOP: "stopped", DROP: "undoing" } },
      undoing: step({
        src: "erase",
        tag: "compensating",
        done: "#meter.erased",
        failed: "#meter.stuck",
      }),
      stuck: stuck("undoing"),
      stopped: { type: "final", tags: "completed" },
      erased: { type: "final", tags: "compensated" },
    },
  },
  ["measure", "erase"],
);

/** A state that is entered again while its attempt runs: each time it is another operation. */
export const meter: Role = {
  name: "meter",
  define: (perform) =>
    sagaOf("meter", meterMachine, { perform, compensations: { measure: "erase" } }),
  input: {},
  outputs: {},
  lines: () => [
    line({ type: "AGAIN" }, [10, 300]),
    line({ type: "AGAIN" }, [10, 2_000]),
    line({ type: "AGAIN" }, [100, 9_000]),
    line({ type: "DROP" }, [10, 12_000], 0.4),
  ],
  closing: [{ type: "STOP" }, RETRY],
  // What was measured before it was measured again is undone together with it.
  rules: [],
};

const digMachine = machineOf(
  {
    id: "digger",
    context: nothingDone,
    initial: "digging",
    states: {
      digging: {
        tags: "forward",
        on: { CANCEL: "filling" },
        invoke: {
          id: "dig",
          src: "dig",
          input: {},
          onDone: { target: "dug", actions: "take" },
          onError: "filling",
        },
      },
      filling: {
        tags: "compensating",
        invoke: { id: "fill", src: "fill", input: {}, onDone: "filled", onError: "stuck" },
      },
      stuck: stuck("filling"),
      dug: { type: "final", tags: "completed" },
      filled: { type: "final", tags: "compensated" },
    },
  },
  ["dig", "fill"],
);

/** Nothing but the answer of its service moves it on: one that is lost must be asked for again. */
export const digger: Role = {
  name: "digger",
  define: (perform) => sagaOf("digger", digMachine, { perform, compensations: { dig: "fill" } }),
  input: {},
  outputs: {},
  answered: ["dig", "fill"],
  lines: () => [line({ type: "CANCEL" }, [0, 4_000], 0.4)],
  closing: [RETRY],
  rules: ["completed", "compensated"],
};

const nestMachine = machineOf(
  {
    id: "nest",
    context: nothingDone,
    initial: "outer",
    states: {
      outer: {
        initial: "middle",
        on: { CANCEL: "undoing" },
        states: {
          middle: {
            initial: "inner",
            states: {
              inner: {
                initial: "first",
                states: {
                  first: step({
                    src: "layEgg",
                    done: "#nest.outer.middle.inner.laid",
                    failed: "#nest.undoing",
                  }),
                  laid: { type: "final" },
                },
                onDone: "hatching",
              },
              hatching: step({
                src: "hatch",
                done: "#nest.outer.middle.hatched",
                failed: "#nest.undoing",
              }),
              hatched: { type: "final" },
            },
            onDone: "resting",
          },
          resting: { tags: "forward", after: { 700: "grown" } },
          grown: { type: "final" },
        },
        onDone: "flown",
      },
      undoing: step({
        src: "leave",
        tag: "compensating",
        done: "#nest.undoingEgg",
        failed: "#nest.stuck",
      }),
      undoingEgg: step({
        src: "takeEgg",
        tag: "compensating",
        done: "#nest.left",
        failed: "#nest.stuckEgg",
      }),
      stuck: stuck("undoing"),
      stuckEgg: stuck("undoingEgg"),
      flown: { type: "final", tags: "completed" },
      left: { type: "final", tags: "compensated" },
    },
  },
  ["layEgg", "hatch", "leave", "takeEgg"],
);

/** Final states within final states. */
export const nest: Role = {
  name: "nest",
  define: (perform) =>
    sagaOf("nest", nestMachine, { perform, compensations: { layEgg: "takeEgg", hatch: "leave" } }),
  input: {},
  outputs: {},
  lines: () => [line({ type: "CANCEL" }, [0, 4_000], 0.4)],
  closing: [RETRY],
  rules: ["completed", "compensated", "reverse-order"],
};
