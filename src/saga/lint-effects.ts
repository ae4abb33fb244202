/**
 * Lint of effects: what a chart may ask of the world is what the runtime can make durable. Anything else
 * would be lost in a crash, or never happen, so it is refused before the first instance.
 */
import type { AnyActorLogic } from "xstate";
import type { AnySaga } from "./define.ts";
import { invokesOf, pathOf, registered } from "./finding.ts";
import type { Found, Rule } from "./finding.ts";
import { stateNodes } from "./chart.ts";
import { isMachine, isPromiseLogic } from "./logic.ts";
import { actionMentions, actorMentions, delayMentions, toBuiltIn } from "./mentions.ts";
import type { ActionMention } from "./mentions.ts";
import { drawnRoute, hasOwnId } from "./route.ts";

export const effectRules: readonly Rule[] = [
  actionInline,
  actionUnsupported,
  actorInline,
  actorInvalid,
  childNameInvalid,
  snapshotsUnsupported,
  routeUnreachable,
  delayOutOfRange,
];

function actionInline({ machine }: AnySaga): readonly Found[] {
  return actionMentions(machine)
    .filter(({ name, body }) => name === null && toBuiltIn(body) === null)
    .map(({ node }) => ({
      rule: "action-inline",
      state: pathOf(node),
      message: "an inline action has no name to be found by after a restart, and is not supported",
      remedy: "register it in setup({ actions }) and use its name, or draw an activity",
    }));
}

const DURABLE_ACTIONS: readonly string[] = [
  "xstate.assign",
  "xstate.raise",
  "xstate.sendTo",
  "xstate.emit",
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
    const what = builtIn.type.replace("xstate.", "");
    return [
      {
        rule: "action-unsupported",
        state: pathOf(node),
        message: `${name === null ? what : `${what} (action "${name}")`} is not supported`,
        remedy: "use an activity or an action of your own",
      },
    ];
  });
}

function actorInline({ machine }: AnySaga): readonly Found[] {
  return actorMentions(machine)
    .filter(({ src }) => typeof src !== "string")
    .map(({ node, by }) => ({
      rule: "actor-inline",
      state: pathOf(node),
      message: `${by} has logic in the place of a name, which cannot be found again after a restart`,
      remedy: "declare it in setup({ actors }) and use its name",
    }));
}

function actorInvalid({ machine }: AnySaga): readonly Found[] {
  return [...registered(machine, "actors")]
    .filter(([, logic]) => {
      const { transition, getInitialSnapshot } = Object(logic) as Partial<AnyActorLogic>;
      return typeof transition !== "function" || typeof getInitialSnapshot !== "function";
    })
    .map(([name]) => ({
      rule: "actor-invalid",
      state: pathOf(machine.root),
      message: `actor "${name}" is no actor logic`,
      remedy: "use activity<Input, Output>(), a machine, or one of XState's creators",
    }));
}

/** Part of the name of a saga, and so of URLs and idempotency keys. */
const CHILD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

function childNameInvalid({ machine }: AnySaga): readonly Found[] {
  return [...registered(machine, "actors")]
    .filter(([name, logic]) => isMachine(logic) && !CHILD_NAME.test(name))
    .map(([name]) => ({
      rule: "child-name-invalid",
      state: pathOf(machine.root),
      message: `the name of child machine "${name}" cannot be part of a saga's name`,
      remedy: `use 1-64 letters, digits, "_" and "-", beginning with a letter`,
    }));
}

function snapshotsUnsupported({ machine }: AnySaga): readonly Found[] {
  const actors = registered(machine, "actors");
  return stateNodes(machine).flatMap((node) =>
    invokesOf(node)
      .filter(({ onSnapshot, src }) => {
        const logic = typeof src === "string" ? actors.get(src) : undefined;
        return onSnapshot !== undefined && isPromiseLogic(logic);
      })
      .map(({ id }) => ({
        rule: "snapshot-unsupported",
        state: pathOf(node),
        message: `onSnapshot of invoke "${id ?? ""}" would never be taken: an activity has no snapshots`,
        remedy: "use onDone and onError",
      })),
  );
}

// XState leaves such a route out without a word.
function routeUnreachable({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => drawnRoute(node) !== undefined)
    .filter((node) => node.parent === undefined || !hasOwnId(node))
    .map((node) => ({
      rule: "route-unreachable",
      state: pathOf(node),
      message:
        node.parent === undefined
          ? "a route to the root would never be taken"
          : "a route to a state without an id would never be taken",
      remedy: "give an id to the state to go to, and draw the route there",
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
