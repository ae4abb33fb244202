/**
 * Lint of effects: what a chart may ask of the world is what the runtime can make durable. Anything else
 * would be lost in a crash, or never happen, so it is refused before the first instance.
 */
import type { AnyActorLogic } from "xstate";
import type { AnySaga } from "./define.ts";
import { invokesOf, pathOf, registered } from "./finding.ts";
import type { Found, Rule } from "./finding.ts";
import { stateNodes } from "./chart.ts";
import { actionMentions, actorMentions, delayMentions, toBuiltIn } from "./mentions.ts";
import type { ActionMention, BuiltIn } from "./mentions.ts";

export const effectRules: readonly Rule[] = [
  actionInline,
  actionCustom,
  actionUnsupported,
  actorInline,
  actorUnsupported,
  snapshotsUnsupported,
  routeUnsupported,
  delayOutOfRange,
];

/**
 * Whether an actor is made by `fromPromise`, as `activity()` makes it. Only the logic of XState's own
 * creators is asked, by an event of XState's own, so that no code of the author runs: hand-written logic has
 * no `config`, a machine's is an object, and `fromTransition`, whose reducer would run, has no `start`.
 */
export function isPromiseLogic(logic: unknown): boolean {
  if (logic === null || typeof logic !== "object" || "__xstatenode" in logic) return false;
  const { config, start, transition } = logic as Partial<AnyActorLogic> & { config?: unknown };
  if (typeof config !== "function" || typeof start !== "function") return false;
  const before = { status: "active", output: undefined, error: undefined, input: undefined };
  const event = { type: "xstate.promise.resolve", data: before };
  try {
    const after = transition?.(before, event, {} as never) as Partial<typeof before> | undefined;
    return after?.status === "done" && after.output === before;
  } catch {
    // A callback's logic looks for its receivers, and there is no actor that could have any.
    return false;
  }
}

function actionInline({ machine }: AnySaga): readonly Found[] {
  return actionMentions(machine)
    .filter(({ name, body }) => name === null && toBuiltIn(body) === null)
    .map(({ node }) => ({
      rule: "action-inline",
      state: pathOf(node),
      message: "an inline action has no name to be found by after a restart, and is not supported",
      remedy: "use an activity for work, or assign, raise, cancel and log",
    }));
}

function actionCustom({ machine }: AnySaga): readonly Found[] {
  return firstOfEach(actionMentions(machine))
    .filter(({ name, body }) => name !== null && body !== undefined && toBuiltIn(body) === null)
    .map(({ node, name }) => ({
      rule: "action-custom",
      state: pathOf(node),
      message: `action "${name}" is a function of your own, which is not supported yet`,
      remedy: "use an activity for work, or assign, raise, cancel and log",
    }));
}

const DURABLE_ACTIONS: readonly string[] = [
  "xstate.assign",
  "xstate.raise",
  "xstate.cancel",
  "xstate.log",
  "xstate.stopChild",
  "xstate.spawnChild",
  // Cannot be looked into: what it enqueues is refused by the step that meets it.
  "xstate.enqueueActions",
];

function actionUnsupported({ machine }: AnySaga): readonly Found[] {
  return firstOfEach(actionMentions(machine)).flatMap(({ node, name, body }) => {
    const builtIn = toBuiltIn(body);
    if (builtIn === null || DURABLE_ACTIONS.includes(builtIn.type)) return [];
    const what = name === null ? describe(builtIn) : `${describe(builtIn)} (action "${name}")`;
    return [
      {
        rule: "action-unsupported",
        state: pathOf(node),
        message: `${what} is not supported yet`,
        remedy: insteadOf(builtIn),
      },
    ];
  });
}

function describe({ type, to }: BuiltIn): string {
  if (type !== "xstate.sendTo") return type.replace("xstate.", "");
  return to === "#_parent" ? "sendParent" : "sendTo or forwardTo";
}

function insteadOf({ type }: BuiltIn): string {
  return type === "xstate.sendTo"
    ? "use raise for an event to the instance itself, or an activity for one to another"
    : "use an activity that publishes the event";
}

function actorInline({ machine }: AnySaga): readonly Found[] {
  return actorMentions(machine)
    .filter(({ src }) => typeof src !== "string")
    .map(({ node, by }) => ({
      rule: "actor-inline",
      state: pathOf(node),
      message: `${by} has logic in the place of a name, which cannot be found again after a restart`,
      remedy: "declare an activity in setup({ actors }) and use its name",
    }));
}

function actorUnsupported({ machine }: AnySaga): readonly Found[] {
  const mentions = actorMentions(machine);
  return [...registered(machine, "actors")]
    .filter(([, logic]) => !isPromiseLogic(logic))
    .map(([name, logic]) => ({
      rule: "actor-unsupported",
      state: pathOf(mentions.find(({ src }) => src === name)?.node ?? machine.root),
      message: `actor "${name}" is ${kindOf(logic)}, which is not supported yet`,
      remedy: "use activity<Input, Output>(), or fromPromise, and give its function to defineSaga",
    }));
}

function kindOf(logic: unknown): string {
  return logic !== null && typeof logic === "object" && "__xstatenode" in logic
    ? "a child machine"
    : "no promise: a callback, an observable, a transition function or logic of your own";
}

function snapshotsUnsupported({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine).flatMap((node) =>
    invokesOf(node)
      .filter(({ onSnapshot }) => onSnapshot !== undefined)
      .map(({ id }) => ({
        rule: "snapshot-unsupported",
        state: pathOf(node),
        message: `onSnapshot of invoke "${id ?? ""}" would never be taken: an activity has no snapshots`,
        remedy: "use onDone and onError",
      })),
  );
}

function routeUnsupported({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => "route" in node.config)
    .map((node) => ({
      rule: "route-unsupported",
      state: pathOf(node),
      message: "a route is taken by an event that no client may send, and is not supported",
      remedy: "use an event of your own with this state as its target",
    }));
}

/** A delay that a function computes is checked when the timer is set. */
function delayOutOfRange({ machine }: AnySaga): readonly Found[] {
  const { root } = machine;
  const named = [...registered(machine, "delays")].map(([name, delay]) => ({
    node: root,
    what: `delay "${name}"`,
    delay,
  }));
  const drawn = delayMentions(machine).map(({ node, delay }) => ({ node, what: "a delay", delay }));
  return [...named, ...drawn]
    .filter(({ delay }) => typeof delay === "number" && !(Number.isFinite(delay) && delay >= 0))
    .map(({ node, what, delay }) => ({
      rule: "delay-out-of-range",
      state: pathOf(node),
      message: `${what} is ${String(delay)}`,
      remedy: "give a finite number of milliseconds, 0 or more",
    }));
}

// A registered action is wrong in one place, however many states mention it.
function firstOfEach(mentions: readonly ActionMention[]): readonly ActionMention[] {
  const seen = new Set<string>();
  return mentions.filter(({ name }) => {
    if (name === null) return true;
    const isFirst = !seen.has(name);
    seen.add(name);
    return isFirst;
  });
}
