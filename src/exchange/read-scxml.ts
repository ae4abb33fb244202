/**
 * Reads SCXML (W3C, 2015) as a machine: states, transitions, history, parallel regions, delays and invokes as they
 * are; what is code in the document becomes names. Nothing of the document runs.
 */
import { checkSize, invalid, Losses } from "./imported.ts";
import type { Config, ImportedChart } from "./imported.ts";
import { actionsOf, dataOf, delayOf, guardOf, identifier, Names } from "./scxml-content.ts";
import type { ActionConfig } from "./scxml-content.ts";
import { groupOf } from "./scxml-events.ts";
import type { Invoke, Reader } from "./scxml-events.ts";
import { isInside, isRegionEnd, placesOf, targetText } from "./scxml-places.ts";
import type { Place } from "./scxml-places.ts";
import { childrenOf, parseXml } from "./xml-elements.ts";
import type { Element } from "./xml-elements.ts";

/** @throws {SagaError} SAGA_IMPORT_INVALID */
export function readScxml(text: string): ImportedChart {
  const document = parseXml(text);
  if (document.name !== "scxml") {
    throw invalid(`it is <${document.name}>, no <scxml>`, document.line);
  }
  const losses = new Losses();
  const places = placesOf(document, losses);
  const reader: Reader = { places, names: new Names(), losses };
  for (const script of childrenOf(document, "script")) {
    losses.add(script.line, "the script of the document is left out");
  }
  const context = contextOf(reader, document);
  const config: Config = {
    id: places.machineId,
    ...(context !== null && { context }),
    ...toState(reader, places.root),
  };
  checkSize(config);
  return { format: "scxml", config, losses: losses.list() };
}

function contextOf({ losses }: Reader, document: Element): Config | null {
  const declared = childrenOf(document, "datamodel").flatMap((model) => childrenOf(model, "data"));
  const entries = declared.map(({ attributes, text, line }) => {
    const { id = "", expr, src } = attributes;
    const said = expr ?? text.trim();
    const value = src === undefined ? dataOf(said) : undefined;
    if (value === undefined && said !== "") {
      losses.add(line, `the value of ${id} is computed; it begins as null`);
    }
    return [id, value ?? null] as const;
  });
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function toState(reader: Reader, place: Place): Config {
  const { element, id } = place;
  if (element.name === "history") {
    return present({ id: id ?? undefined, ...toHistory(reader, place) });
  }
  const delays = delaysOf(reader, element);
  const isFinal = element.name === "final" || isRegionEnd(element);
  noteLeftOut(reader, element);
  return present({
    id: id ?? undefined,
    description: reader.places.isOwn ? element.comments[0] : undefined,
    type: element.name === "parallel" ? "parallel" : isFinal ? "final" : undefined,
    tags: tagsOf(element),
    ...toEntry(reader, element, delays),
    ...(isFinal ? {} : toInitial(reader, place)),
    ...toTransitions(reader, place, delays),
    states:
      place.children.length === 0
        ? undefined
        : Object.fromEntries(place.children.map((child) => [child.key, toState(reader, child)])),
  });
}

/** Without members that are undefined. */
function present(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function tagsOf({ attributes }: Element): string | readonly string[] | undefined {
  const tags = (attributes["saga:tags"] ?? "").split(" ").filter((tag) => tag !== "");
  return tags.length > 1 ? tags : tags[0];
}

function noteLeftOut({ losses }: Reader, element: Element): void {
  for (const { line } of childrenOf(element, "donedata")) {
    losses.add(line, "what the end of the state tells (donedata) is left out");
  }
  if (element.name === "scxml") return;
  for (const { line } of childrenOf(element, "datamodel")) {
    losses.add(line, "data that belongs to one state is left out");
  }
}

function toHistory({ places, losses }: Reader, place: Place): Config {
  const [transition] = childrenOf(place.element, "transition");
  const deep = place.element.attributes["type"] === "deep";
  const target = transition?.attributes["target"];
  if ((transition?.children.length ?? 0) > 0) {
    losses.add(transition?.line ?? null, "actions on the way into a history state are left out");
  }
  const goal = target === undefined ? undefined : places.byId.get(target);
  return {
    type: "history",
    history: deep ? "deep" : "shallow",
    ...(goal !== undefined && { target: targetText(places, place, goal) }),
  };
}

/** Delayed events that the state itself takes: by event, the delay and the ids by which they are cancelled. */
type Delays = ReadonlyMap<string, { readonly delay: string; readonly ids: readonly string[] }>;

function delaysOf(reader: Reader, element: Element): Delays {
  const sends = childrenOf(element, "onentry")
    .flatMap((block) => childrenOf(block, "send"))
    .filter(({ attributes }) => "delay" in attributes || "delayexpr" in attributes);
  const taken = childrenOf(element, "transition").flatMap(eventsOf);
  const cancelled = childrenOf(element, "onexit")
    .flatMap((block) => childrenOf(block, "cancel"))
    .map(({ attributes }) => attributes["sendid"]);
  return new Map(
    sends.flatMap((send) => {
      const { event, id, target } = send.attributes;
      if (event === undefined || target !== undefined || !taken.includes(event)) return [];
      const ids = id === undefined ? [] : [id];
      if (!ids.some((one) => cancelled.includes(one))) {
        reader.losses.add(send.line, `${event} comes no more once the state is left`);
      }
      return [[event, { delay: delayOf(reader, send), ids }] as const];
    }),
  );
}

function toEntry(reader: Reader, element: Element, delays: Delays): Config {
  const ids = [...delays.values()].flatMap((each) => each.ids);
  const blocks = (name: string): readonly ActionConfig[] =>
    childrenOf(element, name).flatMap(({ children }) =>
      actionsOf(
        reader,
        children.filter(({ name: kind, attributes }) => {
          if (kind === "send") return !delays.has(attributes["event"] ?? "");
          return kind !== "cancel" || !ids.includes(attributes["sendid"] ?? "");
        }),
      ),
    );
  return { ...listed("entry", blocks("onentry")), ...listed("exit", blocks("onexit")) };
}

function toInitial(reader: Reader, place: Place): Config {
  const { element, children } = place;
  if (element.name === "parallel" || children.length === 0) return {};
  const [begin] = childrenOf(element, "initial");
  const [transition] = begin === undefined ? [] : childrenOf(begin, "transition");
  const said = transition?.attributes["target"] ?? element.attributes["initial"];
  const key = said === undefined ? firstKey(place) : beginningOf(reader, place, said.trim());
  const actions = actionsOf(reader, transition?.children ?? []);
  const isBare = actions.length === 0;
  return { initial: isBare ? key : { target: key, ...listed("actions", actions) } };
}

function firstKey({ children }: Place): string | undefined {
  return children.find(({ element }) => element.name !== "history")?.key;
}

/** XState begins in a child; SCXML may begin deeper, or in several regions. */
function beginningOf({ places, losses }: Reader, place: Place, said: string): string | undefined {
  const ids = said.split(/\s+/);
  const goal = places.byId.get(ids[0] ?? "");
  const child = goal && place.children.find((each) => isInside(goal, each));
  const key = child?.key ?? firstKey(place);
  if (child === undefined || child !== goal || ids.length > 1) {
    losses.add(place.element.line, `it begins in ${key}; ${said} stands deeper or elsewhere`);
  }
  return key;
}

function toTransitions(reader: Reader, place: Place, delays: Delays): Config {
  const { element } = place;
  const groups = new Map<string, Map<string, Config[]>>();
  const put = (group: string, key: string, config: Config): void => {
    const inside = groups.get(group) ?? new Map<string, Config[]>();
    inside.set(key, [...(inside.get(key) ?? []), config]);
    groups.set(group, inside);
  };
  const invokes = childrenOf(element, "invoke").map((invoke) => toInvoke(reader, invoke));
  for (const transition of childrenOf(element, "transition")) {
    const config = toTransition(reader, place, transition);
    const events = eventsOf(transition);
    if (events.length === 0) put("always", "", config);
    for (const event of events) {
      const delay = delays.get(event)?.delay;
      const [group, key] =
        delay === undefined
          ? groupOf(reader, { place, invokes, event, line: transition.line })
          : ["after", delay];
      put(group, key, config);
    }
  }
  return {
    ...toInvokes(invokes, groups),
    ...grouped("on", groups.get("on")),
    ...grouped("after", groups.get("after")),
    ...single("always", groups.get("always")?.get("")),
    ...single("onDone", groups.get("onDone")?.get("")),
  };
}

function toInvoke({ names, losses, places }: Reader, element: Element): Invoke {
  const { attributes, line } = element;
  const said = attributes["src"] ?? attributes["id"] ?? attributes["type"] ?? "invoked";
  const src = places.isOwn ? said : names.of("actor", `${line} ${said}`, identifier(said));
  if (!places.isOwn) losses.add(line, `what is invoked here becomes the activity ${src}`);
  for (const part of element.children) {
    losses.add(part.line, `<${part.name}> of an invoke is left out`);
  }
  return { id: attributes["id"] ?? src, src };
}

function toInvokes(
  invokes: readonly Invoke[],
  groups: ReadonlyMap<string, ReadonlyMap<string, readonly Config[]>>,
): Config {
  const configs = invokes.map(({ id, src }) => ({
    id,
    src,
    ...single("onDone", groups.get("invoke.onDone")?.get(id)),
    ...single("onError", groups.get("invoke.onError")?.get(id)),
    ...single("onSnapshot", groups.get("invoke.onSnapshot")?.get(id)),
  }));
  if (configs.length === 0) return {};
  return { invoke: configs.length === 1 ? configs[0] : configs };
}

function toTransition(reader: Reader, place: Place, transition: Element): Config {
  const { places, losses } = reader;
  const { target, cond, type } = transition.attributes;
  const goals = (target ?? "")
    .split(/\s+/)
    .filter((id) => id !== "")
    .flatMap((id) => {
      const goal = places.byId.get(id);
      if (goal === undefined) losses.add(transition.line, `there is no state ${id} to go to`);
      return goal ?? [];
    });
  const targets = goals.map((goal) => targetText(places, place, goal));
  const isExternal = type !== "internal" && goals.some((goal) => isInside(goal, place));
  return {
    ...(targets.length > 0 && { target: targets.length === 1 ? targets[0] : targets }),
    ...(isExternal && { reenter: true }),
    ...(cond !== undefined && { guard: guardOf(reader, cond, transition.line) }),
    ...listed("actions", actionsOf(reader, transition.children)),
  };
}

function eventsOf({ attributes }: Element): readonly string[] {
  return (attributes["event"] ?? "").split(/\s+/).filter((event) => event !== "");
}

function listed(key: string, actions: readonly ActionConfig[]): Config {
  if (actions.length === 0) return {};
  return { [key]: actions.length === 1 ? actions[0] : actions };
}

function grouped(
  key: string,
  branches: ReadonlyMap<string, readonly Config[]> | undefined,
): Config {
  if (branches === undefined) return {};
  const entries = [...branches].map(([event, configs]) => [event, oneOrAll(configs)] as const);
  return { [key]: Object.fromEntries(entries) };
}

function single(key: string, configs: readonly Config[] | undefined): Config {
  return configs === undefined ? {} : { [key]: oneOrAll(configs) };
}

/** As one writes it by hand: a transition that only goes somewhere is its target. */
function oneOrAll(configs: readonly Config[]): unknown {
  const [only] = configs;
  if (configs.length > 1 || only === undefined) return configs;
  const isBare = Object.keys(only).length === 1 && typeof only["target"] === "string";
  return isBare ? only["target"] : only;
}
