/**
 * SCXML's executable content as XState actions. A block is worked off one element at a time, so that each sees
 * what the one before assigned, and an error ends the block with `error.execution`.
 */
import { assign, cancel, enqueueActions, log, raise, sendParent, sendTo } from "xstate";
import type { AnyEventObject } from "xstate";
import {
  assignTo,
  evaluate,
  run,
  SCXML_PROCESSOR,
  toMilliseconds,
  valueOfText,
} from "./datamodel.ts";
import type { Data, Place, Session } from "./datamodel.ts";
import { childrenOf } from "./xml.ts";
import type { Element } from "./xml.ts";

/** An action of XState, of whatever type. */
export type Action = ReturnType<typeof enqueueActions>;

/** What is to be done by one element: actions, and how many of the following it replaces. */
type Doing = (place: Place) => readonly unknown[];

const PROCESSORS: readonly string[] = [SCXML_PROCESSOR, "scxml"];

/** One action for a block; undefined if there is nothing in it. */
export function toAction(elements: readonly Element[], session: Session): Action | undefined {
  const [first, ...rest] = elements;
  if (first === undefined) return undefined;
  const doing = toDoing(first, session);
  const after = toAction(rest, session);
  return enqueueActions(({ context, event, enqueue }) => {
    const place: Place = { data: context, event: event, session };
    let actions: readonly unknown[];
    try {
      actions = doing(place);
    } catch (error) {
      if (error instanceof UnsupportedError) throw error;
      enqueue.raise(platformEvent("error.execution"));
      return;
    }
    for (const action of actions) enqueue(action as never);
    if (after !== undefined) enqueue(after);
  });
}

/** The document asks for something that is not converted. */
export class UnsupportedError extends Error {}

function toDoing(element: Element, session: Session): Doing {
  const { name, attributes } = element;
  switch (name) {
    case "raise":
      return () => [raise({ ...internal(), type: attributes["event"] ?? "" })];
    case "assign":
      return toAssign(element);
    case "log":
      return (place) => [
        log(evaluate(attributes["expr"] ?? "undefined", place) as never, attributes["label"]),
      ];
    case "script":
      return (place) => [assignAll(run(element.text, place))];
    case "cancel":
      return (place) => [cancel(attributes["sendid"] ?? text(attributes["sendidexpr"], place))];
    case "if":
      return toIf(element, session);
    case "foreach":
      return toForeach(element, session);
    case "send":
      return toSend(element);
    default:
      throw new UnsupportedError(`<${name}>`);
  }
}

function toAssign(element: Element): Doing {
  const { location = "", expr } = element.attributes;
  return (place) => {
    const value = expr === undefined ? valueOfText(element.text, place) : evaluate(expr, place);
    return [assignAll(assignTo(location, value, place))];
  };
}

function assignAll(data: Data): unknown {
  return assign(() => data);
}

/** The branches are divided by `elseif` and `else`, which stand among their content. */
function toIf(element: Element, session: Session): Doing {
  const branches: { cond: string; content: Element[] }[] = [
    { cond: element.attributes["cond"] ?? "false", content: [] },
  ];
  for (const child of element.children) {
    if (child.name === "else" || child.name === "elseif") {
      branches.push({ cond: child.attributes["cond"] ?? "true", content: [] });
    } else {
      branches.at(-1)?.content.push(child);
    }
  }
  const made = branches.map(({ cond, content }) => ({ cond, action: toAction(content, session) }));
  return (place) => {
    const taken = made.find(({ cond }) => Boolean(evaluate(cond, place)));
    return taken?.action === undefined ? [] : [taken.action];
  };
}

function toForeach(element: Element, session: Session): Doing {
  const { array = "", item = "", index } = element.attributes;
  const action = toAction(element.children, session);
  return (place) => {
    const values = evaluate(array, place);
    if (!Array.isArray(values)) throw new TypeError(`"${array}" is no array`);
    for (const variable of [item, index ?? "ok"]) {
      if (!/^[A-Za-z_$][\w$]*$/.test(variable)) throw new TypeError(`"${variable}" is no name`);
    }
    if (["this", "continue"].includes(item)) throw new TypeError(`"${item}" is no name`);
    return values.flatMap((value: unknown, position) => [
      assign({ [item]: () => value, ...(index !== undefined && { [index]: () => position }) }),
      ...(action === undefined ? [] : [action]),
    ]);
  };
}

function toSend(element: Element): Doing {
  const { attributes } = element;
  return (place) => {
    const type = attributes["type"] ?? text(attributes["typeexpr"], place, "scxml");
    if (!PROCESSORS.includes(type)) throw new Error(`no processor "${type}"`);
    const target = attributes["target"] ?? text(attributes["targetexpr"], place, "");
    const delay = attributes["delay"] ?? text(attributes["delayexpr"], place, "");
    const { idlocation } = attributes;
    const id = attributes["id"] ?? (idlocation === undefined ? undefined : `send-${element.order}`);
    const event = {
      type: attributes["event"] ?? text(attributes["eventexpr"], place),
      data: payloadOf(element, place),
      scxml: { type: "external", sendid: id, ...originOf(place) },
    };
    const options = {
      ...(id !== undefined && { id }),
      ...(delay !== "" && { delay: toMilliseconds(delay) }),
    };
    const kept = idlocation === undefined ? [] : [assignAll(assignTo(idlocation, id, place))];
    return [...kept, toTarget(target, event, options, place)];
  };
}

function toTarget(target: string, event: AnyEventObject, options: object, place: Place): unknown {
  if (target === "#_internal") return raise({ ...event, ...internal() }, options);
  if (target === "#_parent") return sendParent(event as never, options);
  if (target === "" || target === `#_scxml_${place.session.id}`) {
    return sendTo(({ self }) => self, event as never, options);
  }
  if (target.startsWith("#_scxml_")) return raise(platformEvent("error.communication") as never);
  if (target.startsWith("#_")) return sendTo(target.slice(2), event as never, options);
  throw new Error(`no target "${target}"`);
}

/** `namelist`, `param` and `content` of a send, an invoke or a done. */
export function payloadOf(element: Element, place: Place): unknown {
  const [content] = childrenOf(element, "content");
  if (content !== undefined) {
    const { expr } = content.attributes;
    return expr === undefined ? valueOfText(content.text, place) : evaluate(expr, place);
  }
  const named = (element.attributes["namelist"] ?? "").split(/\s+/).filter(Boolean);
  const entries = [
    ...named.map((name) => [name, evaluate(name, place)]),
    ...childrenOf(element, "param").map(({ attributes }) => [
      attributes["name"] ?? "",
      evaluate(attributes["expr"] ?? attributes["location"] ?? "", place),
    ]),
  ] as [string, unknown][];
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function platformEvent(type: string): AnyEventObject {
  return { type, scxml: { type: "platform" } };
}

function internal(): { scxml: Data } {
  return { scxml: { type: "internal" } };
}

function originOf({ session }: Place): Data {
  return {
    origin: `#_scxml_${session.id}`,
    origintype: SCXML_PROCESSOR,
  };
}

function text(expression: string | undefined, place: Place, otherwise?: string): string {
  if (expression !== undefined) return String(evaluate(expression, place));
  if (otherwise === undefined) throw new Error("nothing is given");
  return otherwise;
}
