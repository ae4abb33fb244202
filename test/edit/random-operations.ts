/** Random operations on a chart: such as make sense there, and some that do not. */
import { statesFrom } from "../../src/edit/source.ts";
import type { ChartSource, SourceState } from "../../src/edit/source.ts";
import { toOperations } from "../../src/edit/operation.ts";
import type { ActionItem, Operation, OperationInput } from "../../src/edit/operation.ts";
import type { SourceTransition } from "../../src/edit/read-transitions.ts";
import { isArrayNode, isObjectNode, keyOf, valueOf } from "../../src/edit/syntax.ts";

export interface Dice {
  /** From 0 up to, and without, the limit. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export function diceOf(seed: number): Dice {
  // Mulberry32: small, and the same everywhere.
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)] as never };
}

type Names = Readonly<Record<"actors" | "actions" | "guards" | "delays", readonly string[]>>;

interface Scene {
  readonly dice: Dice;
  readonly source: ChartSource;
  readonly states: readonly SourceState[];
  readonly names: Names;
}

export function randomOperation(source: ChartSource, dice: Dice): Operation {
  const states = statesFrom(source.root);
  const scene: Scene = { dice, source, states, names: namesOf(source) };
  const transitions = states.flatMap((state) => state.transitions);
  const make = dice.pick(transitions.length > 0 ? [...makers, ...transitionMakers] : makers);
  const input = make(scene, transitions.length > 0 ? dice.pick(transitions) : (undefined as never));
  const [operation] = toOperations([input]);
  if (operation === undefined) throw new Error("no operation was made");
  return operation;
}

type Make = (scene: Scene, transition: SourceTransition) => OperationInput;

const words = ["ready", "going", "late", "paused", "quick", "left", "right", "again"];

const makers: readonly Make[] = [
  (scene) => ({ op: "renameState", path: anyPath(scene), to: newName(scene) }),
  (scene) => ({
    op: "addState",
    parent: anyPath(scene),
    key: newName(scene),
    type: scene.dice.pick(["atomic", "atomic", "final", "history", "parallel"] as const),
  }),
  (scene) => {
    const { path, parent } = scene.dice.pick(scene.states);
    return {
      op: "addState",
      parent: [...(parent?.path ?? [])],
      key: newName(scene),
      after: path.at(-1),
    };
  },
  (scene) => ({
    op: "removeState",
    path: anyPath(scene),
    dangling: scene.dice.below(2) === 0 ? "remove" : { retarget: anyPath(scene) },
  }),
  (scene) => ({ op: "duplicateState", path: anyPath(scene), to: newName(scene) }),
  (scene) => ({ op: "moveState", path: anyPath(scene), parent: anyPath(scene) }),
  (scene) => {
    const state = scene.dice.pick(scene.states);
    return {
      op: "setInitial",
      path: [...state.path],
      initial: state.children.at(-1)?.key ?? "none",
    };
  },
  (scene) => ({
    op: "setType",
    path: anyPath(scene),
    type: scene.dice.pick(["atomic", "compound", "parallel", "final", "history"] as const),
  }),
  (scene) => ({
    op: "setDescription",
    path: anyPath(scene),
    text: scene.dice.pick([null, "Short.", `It's "quoted" \\ and ${newName(scene)}.`]),
  }),
  (scene) => ({
    op: "setTags",
    path: anyPath(scene),
    tags: scene.dice.pick([[], ["forward"], ["forward", "slow"], ["stuck", "manual", "late"]]),
  }),
  (scene) => {
    const state = scene.dice.pick(scene.states);
    const when = scene.dice.pick(["entry", "exit"] as const);
    const actions = anyActions(scene, lengthOf(valueOf(state.object, when)));
    return { op: "setStateActions", path: [...state.path], when, actions };
  },
  (scene) => ({
    op: "addInvoke",
    path: anyPath(scene),
    id: newName(scene),
    src: scene.dice.pick(scene.names.actors),
    onDone: anyPath(scene),
    onError: scene.dice.below(3) === 0 ? null : anyPath(scene),
  }),
  (scene) => ({ op: "removeInvoke", path: anyPath(scene), invoke: 0 }),
  (scene) => ({
    op: "addImplementation",
    kind: scene.dice.pick(["actors", "actions", "guards", "delays"] as const),
    name: newName(scene),
  }),
];

const transitionMakers: readonly Make[] = [
  ...[0, 1, 2].map((): Make => addTransition),
  (_, transition) => ({ op: "removeTransition", transition: refOf(transition) }),
  (scene, transition) => retarget(scene, transition),
  (scene, transition) => retarget(scene, transition),
  (scene, transition) => ({
    op: "changeKey",
    transition: refOf(transition),
    event: transition.kind === "after" ? anyDelay(scene) : newName(scene).toUpperCase(),
  }),
  (scene, transition) => ({
    op: "moveBranch",
    transition: refOf(transition),
    to: scene.dice.below(3),
  }),
  (scene, transition) => ({
    op: "setGuard",
    transition: refOf(transition),
    guard: scene.dice.below(4) === 0 ? null : scene.dice.pick(scene.names.guards),
  }),
  (scene, transition) => ({
    op: "setActions",
    transition: refOf(transition),
    actions: anyActions(scene, lengthOf(valueOf(transition.object, "actions"))),
  }),
];

function addTransition(scene: Scene): OperationInput {
  const { dice, names } = scene;
  const source = dice.pick(scene.states);
  const kind = dice.pick([
    "on",
    "on",
    "after",
    "always",
    "onDone",
    "invokeDone",
    "invokeError",
  ] as const);
  const known = source.transitions.filter((one) => one.kind === kind);
  const used = known.length > 0 && dice.below(2) === 0 ? dice.pick(known).event : null;
  const fresh = kind === "after" ? anyDelay(scene) : dice.pick(["GO", "STOP", "part.*", "*"]);
  return {
    op: "addTransition",
    source: [...source.path],
    kind,
    event: used ?? (kind === "on" || kind === "after" ? fresh : ""),
    target: dice.below(5) === 0 ? null : anyPath(scene),
    ...(dice.below(2) === 0 && { guard: dice.pick(names.guards) }),
    ...(dice.below(2) === 0 && { actions: [dice.pick(names.actions), dice.pick(names.actions)] }),
  };
}

function retarget(scene: Scene, transition: SourceTransition): OperationInput {
  const target = scene.dice.below(6) === 0 ? null : anyPath(scene);
  return { op: "retarget", transition: refOf(transition), target };
}

function refOf({ source, kind, event, index, invoke }: SourceTransition): {
  source: string[];
  kind: SourceTransition["kind"];
  event: string;
  index: number;
  invoke: number;
} {
  return { source: [...source], kind, event, index, invoke };
}

function anyPath({ dice, states }: Scene): string[] {
  return [...dice.pick(states).path];
}

function newName({ dice }: Scene): string {
  return `${dice.pick(words)}${dice.below(30)}`;
}

function anyDelay({ dice, names }: Scene): string {
  return dice.pick([...names.delays, String(dice.below(9) * 250)]);
}

function anyActions({ dice, names }: Scene, written: number): ActionItem[] {
  const kept = Array.from({ length: written }, (_, keep) => ({ keep }));
  const items: ActionItem[] = kept.filter(() => dice.below(4) > 0);
  for (let more = dice.below(3); more > 0; more -= 1) {
    items.splice(dice.below(3) === 0 ? 0 : items.length, 0, dice.pick(names.actions));
  }
  return items;
}

function lengthOf(node: ReturnType<typeof valueOf>): number {
  return isArrayNode(node) ? node.elements.length : node === null ? 0 : 1;
}

function namesOf({ setup }: ChartSource): Names {
  const read = (kind: string): readonly string[] => {
    const held = valueOf(setup, kind);
    return isObjectNode(held) ? held.properties.map(keyOf).filter((key) => key !== null) : [];
  };
  return {
    actors: read("actors"),
    actions: read("actions"),
    guards: read("guards"),
    delays: read("delays"),
  };
}
