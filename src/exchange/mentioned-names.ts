/** Which names an imported chart mentions, with the types of what they are given: what its `setup` must register. */
import { isObject, statesOf } from "./imported.ts";
import type { Config } from "./imported.ts";
import { isKept } from "./read-xstate.ts";

/** By name, the type of its params as TypeScript; null if it is given nothing. */
export type Mentions = ReadonlyMap<string, string | null>;

export interface Mentioned {
  readonly actions: Mentions;
  readonly guards: Mentions;
  readonly actors: readonly string[];
  readonly delays: readonly string[];
  /** Types of events; none with a pattern, and none of XState's own. */
  readonly events: readonly string[];
}

export function mentionedIn(config: Config): Mentioned {
  const found = new Finder();
  found.state(config);
  return found.mentioned();
}

class Finder {
  readonly #actions = new Map<string, string | null>();
  readonly #guards = new Map<string, string | null>();
  readonly #actors = new Set<string>();
  readonly #delays = new Set<string>();
  readonly #events = new Set<string>();

  mentioned(): Mentioned {
    return {
      actions: this.#actions,
      guards: this.#guards,
      actors: [...this.#actors],
      delays: [...this.#delays],
      events: [...this.#events].filter((type) => !isPattern(type) && !type.startsWith("xstate.")),
    };
  }

  state(state: Config): void {
    for (const key of ["entry", "exit"]) this.#actionsIn(state[key]);
    for (const [type, branches] of entriesOf(state["on"])) this.#event(type, branches);
    for (const [delay, branches] of entriesOf(state["after"])) this.#after(delay, branches);
    for (const key of ["always", "onDone", "initial"]) this.#branches(state[key]);
    for (const invoke of listOf(state["invoke"])) this.#invoke(invoke);
    for (const child of Object.values(statesOf(state))) this.state(child);
  }

  #after(delay: string, branches: unknown): void {
    if (!/^\d+(\.\d+)?$/.test(delay)) this.#delays.add(delay);
    this.#branches(branches);
  }

  #event(type: string, branches: unknown): void {
    this.#events.add(type);
    this.#branches(branches);
  }

  #invoke(invoke: unknown): void {
    if (!isObject(invoke)) return;
    const { src } = invoke;
    if (typeof src === "string") this.#actors.add(src);
    for (const key of ["onDone", "onError", "onSnapshot"]) this.#branches(invoke[key]);
  }

  #branches(branches: unknown): void {
    for (const branch of listOf(branches)) {
      if (!isObject(branch)) continue;
      this.#actionsIn(branch["actions"]);
      if (branch["guard"] !== undefined) note(this.#guards, branch["guard"]);
    }
  }

  #actionsIn(actions: unknown): void {
    for (const action of listOf(actions)) {
      if (!isObject(action) || !isKept(action)) note(this.#actions, action);
      else this.#raised(action);
    }
  }

  #raised({ params }: Config): void {
    if (isObject(params)) this.#events.add(String(params["event"]));
  }
}

function note(found: Map<string, string | null>, mention: unknown): void {
  const { type, params } = isObject(mention) ? mention : { type: mention, params: undefined };
  const name = String(type);
  const given = params === undefined ? null : typeText(params);
  const known = found.get(name);
  if (known === undefined) found.set(name, given);
  else if (known !== given) found.set(name, "any");
}

/** The type of plain data. */
export function typeText(value: unknown): string {
  if (Array.isArray(value)) {
    const types = new Set(value.map(typeText));
    return types.size === 0 ? "unknown[]" : `(${[...types].join(" | ")})[]`;
  }
  if (value === null) return "unknown";
  if (typeof value !== "object") return typeof value;
  const members = Object.entries(value).map(([key, part]) => `${keyText(key)}: ${typeText(part)}`);
  return members.length === 0 ? "object" : `{ ${members.join("; ")} }`;
}

export function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}

function isPattern(type: string): boolean {
  return type === "*" || type.endsWith(".*");
}
