/** Charts to draw: a large one as sagas are, one of everything that is odd, and as many random ones as one likes. */
import { and, assign, createMachine, not, or, raise, setup, stateIn } from "xstate";
import type { AnyStateMachine } from "xstate";

const retry = (step: string) => ({
  initial: "attempting",
  states: {
    attempting: {
      tags: "forward",
      entry: "countAttempt",
      invoke: {
        id: step,
        src: step,
        onDone: "done",
        onError: [
          { guard: { type: "canRetry", params: { attemptsMax: 3 } }, target: "backingOff" },
          { target: "failed", actions: "noteFailure" },
        ],
      },
      after: { 10_000: "backingOff" },
    },
    backingOff: { tags: "retrying", after: { backoff: "attempting" } },
    done: { type: "final" as const },
    failed: { type: "final" as const },
  },
});

/** 35 states: regions side by side, hubs, a history state, and edges across many borders. */
export const fulfilment: AnyStateMachine = createMachine({
  id: "fulfilment",
  initial: "validating",
  on: { CANCEL: { target: ".compensating", actions: "recordReason" } },
  states: {
    validating: {
      tags: "forward",
      description: "Whether the order can be fulfilled at all.",
      invoke: { src: "validateOrder", onDone: "preparing", onError: "rejected" },
    },
    preparing: {
      type: "parallel",
      onDone: "capturing",
      states: {
        fraud: {
          initial: "scoring",
          states: {
            scoring: {
              tags: "forward",
              invoke: {
                src: "scoreFraud",
                onDone: [{ guard: "highRisk", target: "reviewing" }, { target: "cleared" }],
                onError: "reviewing",
              },
            },
            reviewing: {
              tags: ["forward", "human"],
              entry: "pageOperator",
              on: { FRAUD_APPROVED: "cleared", FRAUD_REJECTED: "#fulfilment.compensating" },
            },
            cleared: { type: "final" },
          },
        },
        inventory: {
          initial: "reserving",
          states: {
            reserving: {
              tags: "forward",
              invoke: {
                src: "reserveStock",
                onDone: "reserved",
                onError: [
                  { guard: { type: "canRetry", params: { max: 3 } }, target: "waiting" },
                  { target: "backordered" },
                ],
              },
            },
            waiting: { tags: "retrying", after: { backoff: "reserving" } },
            backordered: {
              tags: "forward",
              entry: { type: "notifyCustomer", params: { template: "backordered" } },
              on: { STOCK_ARRIVED: "reserving" },
              after: { 604_800_000: "#fulfilment.compensating" },
            },
            reserved: { type: "final" },
          },
        },
        payment: {
          initial: "authorizing",
          states: {
            authorizing: {
              tags: "forward",
              invoke: {
                src: "authorizePayment",
                onDone: [{ guard: "needs3ds", target: "awaiting3ds" }, { target: "authorized" }],
                onError: "declined",
              },
            },
            awaiting3ds: {
              tags: "forward",
              on: { CONFIRMED_3DS: "authorized", FAILED_3DS: "declined" },
              after: { threeDsTimeout: "declined" },
            },
            declined: { tags: "forward", always: "#fulfilment.compensating" },
            authorized: { type: "final" },
          },
        },
      },
    },
    capturing: { ...retry("capturePayment"), onDone: "shipping" },
    shipping: {
      initial: "booking",
      on: {
        HOLD: "onHold",
        CANCEL: [
          { guard: not("parcelBooked"), target: "compensating", actions: "recordReason" },
          { actions: { type: "notifyCustomer", params: { template: "too-late" } } },
        ],
      },
      states: {
        booking: {
          tags: "forward",
          invoke: { src: "bookCarrier", onDone: "pickup", onError: "#fulfilment.compensating" },
        },
        pickup: { tags: "forward", on: { PICKED_UP: "transit" } },
        transit: { tags: "forward", on: { DELAYED: "delayed", DELIVERED: "delivered" } },
        delayed: { tags: "forward", on: { DELIVERED: "delivered" }, after: { 1_500: "transit" } },
        delivered: { type: "final" },
        last: { type: "history", history: "deep" },
      },
      onDone: "completed",
    },
    onHold: {
      tags: "forward",
      on: { RESUME: "shipping.last" },
      after: { 86_400_000: "compensating" },
    },
    compensating: {
      initial: "refunding",
      states: {
        refunding: {
          tags: "compensating",
          invoke: { src: "refundPayment", onDone: "releasing", onError: "stuck" },
        },
        releasing: {
          tags: "compensating",
          invoke: { src: "releaseStock", onDone: "undone", onError: "stuck" },
        },
        stuck: { tags: "stuck", on: { "saga.retry": "refunding", "saga.skip": "undone" } },
        undone: { type: "final" },
      },
      onDone: "cancelled",
    },
    completed: { type: "final", tags: "completed", entry: "sayThanks" },
    cancelled: { type: "final", tags: "compensated" },
    rejected: { type: "final", tags: "failed" },
  },
} as never) as AnyStateMachine;

/** What may stand in a chart and seldom does. */
export const odd: AnyStateMachine = setup({
  delays: { soon: 250, later: () => 1 },
  guards: { yes: () => true, within: (_, params: { min: number; max: number }) => params.min < 1 },
  actions: { note: () => {} },
}).createMachine({
  id: "odd",
  type: "parallel",
  on: {
    RESTART: { target: "#odd", reenter: true },
    BOTH: { target: [".left.deep.two", ".right.b"], actions: "note" },
    SILENT: { actions: "note" },
  },
  states: {
    left: {
      initial: "deep",
      states: {
        deep: {
          initial: "one",
          on: { INTO: "deep.two", OUT: { target: "deep", reenter: true }, FORBIDDEN: undefined },
          states: {
            one: {
              tags: "forward",
              on: {
                "*": "two",
                "part.*": { target: "one", reenter: true },
                UP: { target: "#odd.left", reenter: true },
              },
              always: {
                guard: or(["yes", and([not("yes"), stateIn({ right: "b" })])]),
                target: "two",
              },
              after: { soon: "two", later: "two", 90_000: "two" },
            },
            two: {
              tags: "forward",
              exit: raise({ type: "DONE" }),
              entry: [assign({}), "note", () => {}],
              on: {
                BACK: { guard: { type: "within", params: { min: 1, max: 2 } }, target: "one" },
              },
            },
            again: { type: "history", target: "two" },
          },
        },
        // Straight into a state further down.
        other: {
          initial: "middle",
          states: {
            middle: {
              initial: "inner",
              states: { inner: { tags: "forward", on: { HOME: "#odd.left.deep.again" } } },
            },
          },
        },
      },
    },
    right: {
      initial: "a",
      states: {
        a: { tags: "forward", on: { CROSS: "#odd.left.other" } },
        b: { tags: "forward" },
      },
    },
  },
} as never) as unknown as AnyStateMachine;

/** Words that are markup, syntax or too long elsewhere. */
export const evilWords = [
  `</text><script>alert("1")</script>`,
  `" onload="alert(1)`,
  `a -->  b : [*] %% note; #35; {}`,
  `]]> & <!-- -- -->`,
  `end`,
  `${"very".repeat(60)}Long`,
  `\u0000\u001f\ud800`,
  `日本語の状態`,
  `two\nlines`,
] as const;

/** A chart whose every name, event, guard and action is a word of those. */
export function evilChart(word: string): AnyStateMachine {
  const target = { target: word, guard: { type: word, params: { [word]: word } }, actions: word };
  return createMachine({
    id: "evil",
    initial: "first",
    states: {
      first: {
        tags: ["forward", word],
        description: word,
        meta: { [word]: word },
        entry: { type: word, params: { word } },
        invoke: { id: "evil", src: word, onDone: { ...target, description: word } },
        on: { [word]: target, STAYS: { actions: word } },
        after: { [word]: target },
      },
      [word]: { type: "final", tags: "completed", description: word },
    },
  } as never) as AnyStateMachine;
}

/** The same chart for the same seed: some 5 to 40 states, edges from anywhere to anywhere. */
export function randomChart(seed: number): AnyStateMachine {
  const random = generator(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const ids: string[] = [];
  const state = (id: string, depth: number): Record<string, unknown> => {
    ids.push(id);
    const count = depth >= 3 || random() < 0.5 ? 0 : 2 + below(3);
    if (count === 0) return random() < 0.2 ? { type: "final" } : {};
    const keys = Array.from({ length: count }, (_, at) => `s${at}`);
    const states = Object.fromEntries(keys.map((key) => [key, state(`${id}.${key}`, depth + 1)]));
    return random() < 0.2 ? { type: "parallel", states } : { initial: keys[0], states };
  };
  const keys = Array.from({ length: 3 + below(4) }, (_, at) => `s${at}`);
  const states = Object.fromEntries(keys.map((key) => [key, state(`random.${key}`, 1)]));
  const config = { id: "random", initial: keys[0], states };
  for (let count = 0; count < ids.length * 1.4; count += 1) {
    addEdge(find(config, ids[below(ids.length)] as string), {
      event: `EVENT_${below(8)}`,
      target: `#${ids[below(ids.length)]}`,
      guard: random() < 0.3 ? "isSo" : undefined,
      reenter: random() < 0.2,
    });
  }
  return createMachine(config as never) as AnyStateMachine;
}

interface Node {
  type?: string;
  on?: Record<string, object[]>;
  states?: Record<string, Node>;
}

function find(root: Node, id: string): Node {
  return id
    .split(".")
    .slice(1)
    .reduce((node, key) => node.states?.[key] as Node, root);
}

function addEdge(
  node: Node,
  { event, ...transition }: { event: string; [member: string]: unknown },
): void {
  // A final state has none.
  if (node.type === "final") return;
  node.on = { ...node.on, [event]: [...(node.on?.[event] ?? []), transition] };
}

// A linear congruential generator (Knuth's MMIX): small, and the same everywhere.
function generator(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 11n) / 2 ** 53;
  };
}
