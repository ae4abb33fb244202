/**
 * A chart as SCXML (W3C, 2015). What SCXML has no words for stands in a namespace of our own: actions by name,
 * and the kinds and lengths of what XState names.
 *
 * Guards become conditions `guard("name", params)`, named delays `delay("name")`: whoever runs the document
 * brings the two functions.
 */
import type { ActionModel } from "./mention.ts";
import type { ChartModel, EdgeModel, StateModel } from "./model.ts";
import { nameAll } from "./names.ts";
import { conditionOf } from "./scxml-condition.ts";
import { found, toTree } from "./tree.ts";
import type { ChartTree } from "./tree.ts";
import { attributesText, escapeXml } from "./xml.ts";
import type { Attributes } from "./xml.ts";

/** The namespace of `saga:action` and of attributes beside those of SCXML. */
const NAMESPACE = "urn:sagachart:scxml";

export function toScxml(model: ChartModel): string {
  const tree = toTree(model);
  const names = nameAll(
    [...model.states.map(({ id }) => id), ...model.states.map(({ id }) => endOf(id))],
    { forbidden: /[^\p{L}\p{N}_.-]/gu, reserved: new Set() },
  );
  const root = toState({ tree, names }, tree.root);
  const document = xml(
    "scxml",
    {
      xmlns: "http://www.w3.org/2005/07/scxml",
      "xmlns:saga": NAMESPACE,
      version: "1.0",
      datamodel: "ecmascript",
      name: model.id,
      initial: names.get(tree.root.id) ?? null,
    },
    [root],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document.join("\n")}\n`;
}

/** A chart on its way into SCXML. */
export interface Writer {
  readonly tree: ChartTree;
  /** What its states are called there, by XState's id. */
  readonly names: ReadonlyMap<string, string>;
}

/** An element as lines. */
type Lines = readonly string[];

function xml(name: string, attributes: Attributes, content: readonly Lines[] = []): Lines {
  const start = `<${name}${attributesText(attributes)}`;
  if (content.length === 0) return [`${start}/>`];
  return [`${start}>`, ...content.flat().map((line) => `  ${line}`), `</${name}>`];
}

function toState(writer: Writer, state: StateModel): Lines {
  if (state.type === "history") return toHistory(writer, state);
  const { tree } = writer;
  const edges = tree.edgesFrom(state.id);
  const initial = edges.find(({ kind }) => kind === "initial");
  const name = nameOf(writer, state.id);
  const attributes = {
    id: name,
    initial: initial?.actions.length === 0 ? targetsText(writer, initial) : null,
    "saga:id": name === state.id ? null : state.id,
    "saga:tags": tagsText(state),
  };
  const body = toBody(state, edges);
  if (state.type === "final") return toFinal(writer, { state, attributes, body });
  return xml(state.type === "parallel" ? "parallel" : "state", attributes, [
    ...body,
    ...(attributes.initial === null && initial !== undefined
      ? [xml("initial", {}, [toTransition(writer, initial)])]
      : []),
    ...state.invokes.map(({ id, src }) => xml("invoke", { id, type: NAMESPACE, src })),
    ...edges.filter(({ kind }) => kind !== "initial").map((edge) => toTransition(writer, edge)),
    ...tree.childrenOf(state.id).map((child) => toState(writer, child)),
  ]);
}

/** A region that is done from the start: SCXML has final states in regions only. */
function endOf(id: string): string {
  return `${id}.end`;
}

function toFinal(
  writer: Writer,
  {
    state,
    attributes,
    body,
  }: { state: StateModel; attributes: Attributes; body: readonly Lines[] },
): Lines {
  if (!writer.tree.isRegion(state)) return xml("final", attributes, body);
  const end = nameOf(writer, endOf(state.id));
  return xml("state", { ...attributes, initial: end }, [...body, xml("final", { id: end })]);
}

function nameOf({ names }: Writer, id: string): string {
  return found(names.get(id), "name");
}

function tagsText({ phase, tags }: StateModel): string | null {
  return [...(phase === null ? [] : [phase]), ...tags].join(" ") || null;
}

/** What happens on entry and on exit. */
function toBody(state: StateModel, edges: readonly EdgeModel[]): readonly Lines[] {
  const delays = delaysOf(edges);
  return [
    ...(state.description === null ? [] : [toComment(state.description)]),
    ...toActions("onentry", state.entry),
    ...delays.map((edge) => xml("onentry", {}, [toSend(edge)])),
    ...toActions("onexit", state.exit),
    ...delays.map(({ event }) => xml("onexit", {}, [xml("cancel", { sendid: eventName(event) })])),
  ];
}

// SCXML asks for a default; XState's is where the parent begins.
function toHistory(writer: Writer, state: StateModel): Lines {
  const { tree } = writer;
  const said = tree.edgesFrom(state.id)[0]?.targets[0];
  const parent = tree.state(state.parent as string);
  const target = said ?? parent.initial ?? tree.childrenOf(parent.id)[0]?.id ?? parent.id;
  return xml("history", { id: nameOf(writer, state.id), type: state.history }, [
    xml("transition", { target: nameOf(writer, target) }),
  ]);
}

function toComment(text: string): Lines {
  // Two hyphens would end the comment.
  return [`<!-- ${escapeXml(text.replaceAll(/\s+/g, " ")).replaceAll("--", "- -")} -->`];
}

function toActions(name: string, actions: readonly ActionModel[]): readonly Lines[] {
  return actions.length === 0 ? [] : [xml(name, {}, actions.map(toAction))];
}

function toAction({ kind, name, params, hasDynamicParams }: ActionModel): Lines {
  const { event } = Object(params) as { event?: unknown };
  if (kind === "built-in" && name === "raise" && typeof event === "string") {
    return xml("raise", { event: eventName(event) });
  }
  return xml("saga:action", {
    name: kind === "built-in" ? `xstate.${name}` : name,
    params: params === null ? null : JSON.stringify(params),
    dynamic: hasDynamicParams ? "true" : null,
  });
}

/** One edge for each delay, however many branches it has. */
function delaysOf(edges: readonly EdgeModel[]): readonly EdgeModel[] {
  const after = edges.filter(({ kind }) => kind === "after");
  return after.filter(({ event }, at) => after.findIndex((edge) => edge.event === event) === at);
}

function toSend({ event, delay }: EdgeModel): Lines {
  const { name = null, ms = null } = delay ?? {};
  return xml("send", {
    event: eventName(event),
    id: eventName(event),
    delay: name === null ? `${ms}ms` : null,
    delayexpr: name === null ? null : `delay(${JSON.stringify(name)})`,
  });
}

function toTransition(writer: Writer, edge: EdgeModel): Lines {
  const { target, isInternal } = goalOf(writer, edge);
  const attributes = {
    event: eventOf(writer, edge),
    cond: edge.guard === null ? null : conditionOf(writer, edge.guard),
    target,
    type: isInternal ? "internal" : null,
  };
  return xml("transition", attributes, edge.actions.map(toAction));
}

interface Goal {
  readonly target: string | null;
  /** SCXML leaves the source on its way into it, unless it is told not to; XState does the opposite. */
  readonly isInternal: boolean;
}

function goalOf(writer: Writer, edge: EdgeModel): Goal {
  const { tree } = writer;
  const { source, targets, reenter, kind } = edge;
  const staysInside = targets.length > 0 && targets.every((id) => tree.isInside(id, source));
  if (kind === "initial" || reenter || !staysInside) {
    return { target: targetsText(writer, edge), isInternal: false };
  }
  if (!targets.includes(source)) return { target: targetsText(writer, edge), isInternal: true };
  // To itself: XState enters the inside again, and of a leaf it leaves nothing at all.
  const { initial } = tree.state(source);
  return {
    target: initial === null ? null : nameOf(writer, initial),
    isInternal: initial !== null,
  };
}

function targetsText({ names }: Writer, { targets }: EdgeModel): string | null {
  return targets.map((id) => names.get(id)).join(" ") || null;
}

function eventOf({ names }: Writer, { kind, event, source }: EdgeModel): string | null {
  switch (kind) {
    case "always":
    case "initial":
      return null;
    case "done":
      return eventName(event.replace("xstate.done.actor", "done.invoke"));
    case "error":
      return eventName(event.replace("xstate.error.actor", "error.platform"));
    case "stateDone":
      return `done.state.${names.get(source)}`;
    case "after":
    case "event":
    case "snapshot":
      return eventName(event);
  }
}

// A space would end the descriptor.
function eventName(event: string): string {
  return event.replaceAll(/\s/g, "_");
}
