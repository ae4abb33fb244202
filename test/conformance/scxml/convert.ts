/**
 * Converts an SCXML document into an XState machine, for tests.
 *
 * Each state keeps its id. An event descriptor is spelled out over all events that the document can see, since
 * SCXML goes by document order where XState goes by the length of a descriptor.
 */
import { createMachine, enqueueActions, raise } from "xstate";
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from "xstate";
import { MICROSTEPS_MAX } from "../../../src/saga/chart.ts";
import { payloadOf, platformEvent, toAction, UnsupportedError } from "./content.ts";
import type { Action } from "./content.ts";
import { evaluate, runGlobal, valueOfText } from "./datamodel.ts";
import type { Data, Place, Session } from "./datamodel.ts";
import { all, childrenOf } from "./xml.ts";
import type { Element } from "./xml.ts";

type Config = Record<string, unknown>;

const STATES = ["state", "parallel", "final", "history"];

/** What an expression sees before the first event. */
const NO_EVENT: AnyEventObject = { type: "xstate.init" };

interface Document {
  readonly session: Session;
  readonly root: Element;
  /** All events that may come. */
  readonly alphabet: readonly string[];
  /** Machines that are invoked, by the name that the invoke gives them. */
  readonly actors: Record<string, AnyStateMachine>;
}

/** @param events Events that come from outside. @throws {UnsupportedError} if the document asks for too much. */
export function toMachine(root: Element, events: readonly string[]): AnyStateMachine {
  return toDocumentMachine(root, [...new Set([...events, ...eventsOf(root)])], "root");
}

/** The key of a state: its id, which lint lets in only without dots. */
function keyOf({ attributes, order }: Element): string {
  return (attributes["id"] ?? `state-${order}`).replace(/[^\w-]/g, "_");
}

function toDocumentMachine(
  root: Element,
  alphabet: readonly string[],
  id: string,
): AnyStateMachine {
  const name = root.attributes["name"] ?? "";
  const document: Document = { session: { id, name }, root, alphabet, actors: {} };
  const states = statesOf(root);
  const config: Config = {
    id: `scxml-${id}`,
    context: ({ input }: { input?: Data }) => initialData(document, input).data,
    entry: enqueueActions(({ enqueue }) => {
      for (const _ of initialData(document, undefined).failed) {
        enqueue.raise(platformEvent("error.execution"));
      }
    }),
    output: ({ event }: { event: { output?: unknown } }) => event.output,
    // Some tests loop for ever where XState differs; the runtime has the same limit of its own.
    options: { maxIterations: MICROSTEPS_MAX },
    ...withInitial(document, root, root.attributes["initial"]),
  };
  config["states"] = {
    ...(config["states"] as object | undefined),
    ...Object.fromEntries(states.map((state) => [keyOf(state), toState(document, state)])),
  };
  return createMachine(config as never, {
    actors: document.actors as never,
  });
}

function statesOf(element: Element): readonly Element[] {
  return childrenOf(element, ...STATES);
}

function toState(document: Document, state: Element): Config {
  const { session } = document;
  const key = keyOf(state);
  if (state.name === "history") return toHistory(document, state);
  const inner = statesOf(state);
  const config: Config = {
    id: key,
    entry: blocks(childrenOf(state, "onentry"), session),
    exit: blocks(childrenOf(state, "onexit"), session),
    ...toTransitions(document, state),
    ...toInvokes(document, state),
  };
  if (state.name === "final") {
    return { ...config, type: "final", ...toOutput(state, session) };
  }
  if (inner.length === 0) return config;
  const children = Object.fromEntries(inner.map((each) => [keyOf(each), toState(document, each)]));
  const onDone = {
    actions: raise(({ event }) => ({
      ...platformEvent(`done.state.${state.attributes["id"] ?? key}`),
      data: (event as { output?: unknown }).output,
    })),
  };
  if (state.name === "parallel") return { ...config, type: "parallel", states: children, onDone };
  const [initial] = childrenOf(state, "initial");
  const begun = withInitial(document, state, state.attributes["initial"], initial);
  return {
    ...config,
    ...begun,
    onDone,
    states: { ...(begun["states"] as object | undefined), ...children },
  };
}

/** XState begins in a child; any other initial target is reached by a state that is left at once. */
function withInitial(
  document: Document,
  state: Element,
  attribute: string | undefined,
  element?: Element,
): Config {
  const [transition] = element === undefined ? [] : childrenOf(element, "transition");
  const targets = toTargets(transition?.attributes["target"] ?? attribute);
  const actions =
    transition === undefined ? undefined : toAction(transition.children, document.session);
  const [first] = statesOf(state).filter(({ name }) => name !== "history");
  if (targets.length === 0) return { initial: keyOf(first as Element) };
  const direct = statesOf(state).find((each) => `#${keyOf(each)}` === targets[0]);
  if (targets.length === 1 && direct !== undefined && direct.name !== "history") {
    return { initial: { target: keyOf(direct), ...(actions !== undefined && { actions }) } };
  }
  const always = { target: targets, ...(actions !== undefined && { actions }) };
  return { initial: "initial-", states: { "initial-": { id: `initial-${state.order}`, always } } };
}

function toHistory(document: Document, state: Element): Config {
  const [transition] = childrenOf(state, "transition");
  if (transition !== undefined && transition.children.length > 0) {
    throw new UnsupportedError("actions of a history state's default transition");
  }
  return {
    id: keyOf(state),
    type: "history",
    history: state.attributes["type"] ?? "shallow",
    target: toTargets(transition?.attributes["target"]),
  };
}

function toTransitions({ alphabet, session }: Document, state: Element): Config {
  const drawn = childrenOf(state, "transition").map((transition) => ({
    descriptors: (transition.attributes["event"] ?? "").split(/\s+/).filter(Boolean),
    config: toTransition(transition, session),
  }));
  const always = drawn.filter(({ descriptors }) => descriptors.length === 0);
  const on = alphabet.flatMap((type) => {
    const taken = drawn.filter(({ descriptors }) =>
      descriptors.some((each) => matches(each, type)),
    );
    return taken.length === 0 ? [] : [[type, taken.map(({ config }) => config)] as const];
  });
  return { always: always.map(({ config }) => config), on: Object.fromEntries(on) };
}

function toTransition(transition: Element, session: Session): Config {
  const { target, cond, type } = transition.attributes;
  const actions = toAction(transition.children, session);
  return {
    ...(target !== undefined && { target: toTargets(target), reenter: type !== "internal" }),
    ...(cond !== undefined && { guard: toGuard(cond, session) }),
    ...(actions !== undefined && { actions }),
  };
}

/** A guard that may ask for active states, which XState tells only to its own kind of guards. */
function toGuard(cond: string, session: Session): unknown {
  const guard = (): boolean => false;
  const check = (
    snapshot: AnyMachineSnapshot,
    { context, event }: { context: unknown; event: AnyEventObject },
  ): boolean => {
    const ids = (snapshot._nodes as { id: string }[]).map(({ id }) => id);
    const place: Place = {
      data: context as Data,
      event,
      session,
      isIn: (state) => ids.includes(state),
    };
    try {
      return Boolean(evaluate(cond, place));
    } catch {
      return false;
    }
  };
  return Object.assign(guard, { check });
}

function toOutput(state: Element, session: Session): Config {
  const [donedata] = childrenOf(state, "donedata");
  if (donedata === undefined) return {};
  return {
    output: ({ context, event }: { context: Data; event: AnyEventObject }) => {
      try {
        return payloadOf(donedata, { data: context, event, session });
      } catch {
        return undefined;
      }
    },
  };
}

function toInvokes(document: Document, state: Element): Config {
  const invokes = childrenOf(state, "invoke");
  return invokes.length === 0 ? {} : { invoke: invokes.map((each) => toInvoke(document, each)) };
}

function toInvoke(document: Document, invoke: Element): Config {
  const { attributes } = invoke;
  const [content] = childrenOf(invoke, "content");
  const [scxml] = content === undefined ? [] : childrenOf(content, "scxml");
  if (scxml === undefined) throw new UnsupportedError("an invoke of anything but inline SCXML");
  if (childrenOf(invoke, "finalize").length > 0) throw new UnsupportedError("<finalize>");
  if (attributes["autoforward"] === "true") throw new UnsupportedError("autoforward");
  if (attributes["idlocation"] !== undefined) throw new UnsupportedError("idlocation of an invoke");
  const id = attributes["id"] ?? `invoke-${invoke.order}`;
  document.actors[id] = toDocumentMachine(scxml, document.alphabet, id);
  return {
    id,
    src: id,
    input: ({ context, event }: { context: Data; event: AnyEventObject }) =>
      payloadOf(
        { ...invoke, children: childrenOf(invoke, "param") },
        {
          data: context,
          event,
          session: document.session,
        },
      ) ?? {},
    onDone: {
      actions: raise(({ event }) => ({
        type: `done.invoke.${id}`,
        data: (event as { output?: unknown }).output,
        scxml: { type: "external", invokeid: id },
      })),
    },
  };
}

function blocks(elements: readonly Element[], session: Session): readonly Action[] {
  return elements.flatMap(({ children }) => toAction(children, session) ?? []);
}

function toTargets(target: string | undefined): readonly string[] {
  return (target ?? "")
    .split(/\s+/)
    .filter(Boolean)
    .map((id) => `#${id.replace(/[^\w-]/g, "_")}`);
}

/** The variables before the first state is entered, and the names of those whose value cannot be had. */
function initialData(
  { root, session }: Document,
  input: Data | undefined,
): { data: Data; failed: readonly string[] } {
  const declared = dataOf(root);
  let data: Data = Object.fromEntries(
    declared.map(({ attributes }) => [attributes["id"], undefined]),
  );
  const failed: string[] = [];
  const place = (): Place => ({ data, event: NO_EVENT, session });
  for (const { attributes, text, children } of declared) {
    const { id = "", expr, src } = attributes;
    if (src !== undefined || children.length > 0) throw new UnsupportedError("data from elsewhere");
    try {
      if (expr !== undefined) data = { ...data, [id]: evaluate(expr, place()) };
      else if (text.trim() !== "") data = { ...data, [id]: valueOfText(text, place()) };
    } catch {
      failed.push(id);
    }
    if (input !== undefined && Object.hasOwn(input, id)) data = { ...data, [id]: input[id] };
  }
  for (const { attributes, text } of childrenOf(root, "script")) {
    if (attributes["src"] !== undefined) throw new UnsupportedError("a script from elsewhere");
    data = runGlobal(text, place());
  }
  return { data, failed };
}

/** Also those that states declare; not those of invoked documents. */
function dataOf(element: Element): readonly Element[] {
  return element.children.flatMap((child) => {
    if (child.name === "datamodel") return childrenOf(child, "data");
    return STATES.includes(child.name) ? dataOf(child) : [];
  });
}

/** All that the document, with those that it invokes, names as an event, or may compute as one. */
function eventsOf(root: Element): readonly string[] {
  const named = all(root).flatMap((element) => {
    const { event = "", id, eventexpr = "" } = element.attributes;
    const literals = [...eventexpr.matchAll(/'([^']*)'|"([^"]*)"/g)].map(
      ([, a, b]) => a ?? b ?? "",
    );
    const variables =
      element.name === "data" || element.name === "assign" ? element.attributes["expr"] : "";
    const values = [...(variables ?? "").matchAll(/'([\w.]+)'/g)].map(([, value]) => value ?? "");
    const done = STATES.includes(element.name) ? [`done.state.${id ?? keyOf(element)}`] : [];
    const invoked =
      element.name === "invoke" ? [`done.invoke.${id ?? `invoke-${element.order}`}`] : [];
    return [...event.split(/\s+/), ...literals, ...values, ...done, ...invoked];
  });
  const errors = ["error.execution", "error.communication", "error.platform"];
  return [...named, ...errors].filter((type) => type !== "" && !type.includes("*"));
}

/** By whole tokens, as SCXML has it. */
function matches(descriptor: string, type: string): boolean {
  const prefix = descriptor.replace(/\.?\*$/, "").replace(/\.$/, "");
  return prefix === "" || type === prefix || type.startsWith(`${prefix}.`);
}
