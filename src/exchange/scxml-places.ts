/** Where the states of an SCXML document come to stand in a machine, and how one names another. */
import type { Losses } from "./imported.ts";
import { childrenOf } from "./xml-elements.ts";
import type { Element } from "./xml-elements.ts";

/** The namespace of what SCXML has no words for, as our own export writes it. */
const NAMESPACE = "urn:sagachart:scxml";

export interface Place {
  readonly element: Element;
  readonly key: string;
  /** Keys from the root's children down. */
  readonly path: readonly string[];
  /** An id that the state must have of its own; null: XState's will do. */
  readonly id: string | null;
  readonly children: readonly Place[];
}

export interface Places {
  readonly root: Place;
  readonly machineId: string;
  readonly isOwn: boolean;
  /** By the id in the document. */
  readonly byId: ReadonlyMap<string, Place>;
}

const STATES = ["state", "parallel", "final", "history"] as const;

export function placesOf(document: Element, losses: Losses): Places {
  const isOwn = document.attributes["xmlns:saga"] === NAMESPACE;
  const tops = childrenOf(document, ...STATES);
  const [only] = tops;
  const { name } = document.attributes;
  // Our own export puts the root of the machine into the document; elsewhere the document is the root.
  const isRoot = isOwn && tops.length === 1 && only !== undefined && idOf(only) === name;
  const rootElement = isRoot ? only : document;
  const machineId = (isRoot ? ownId(only) : name) ?? "machine";
  const byId = new Map<string, Place>();

  const place = (element: Element, around: { path: readonly string[]; id: string }): Place => {
    const taken = new Set<string>();
    const children = statesIn(element).map((child, at) => {
      const said = ownId(child) ?? `state${at + 1}`;
      const key = unique(keyFrom(said, around.id), taken);
      const path = [...around.path, key];
      const implicit = `${machineId}.${path.join(".")}`;
      const hasOwn = isOwn && said !== implicit;
      if (!isOwn && key !== said) losses.add(child.line, `state ${said} becomes ${key}`);
      const inner = place(child, { path, id: hasOwn ? said : implicit });
      const whole = { ...inner, key, id: hasOwn ? said : null };
      byId.set(idOf(child) ?? said, whole);
      return whole;
    });
    return { element, key: machineId, path: around.path, id: null, children };
  };
  const root = place(rootElement, { path: [], id: machineId });
  byId.set(idOf(rootElement) ?? machineId, root);
  return { root, machineId, isOwn, byId };
}

/** States inside; none of a region's end, which SCXML needs and XState does not. */
function statesIn(element: Element): readonly Element[] {
  return isRegionEnd(element) ? [] : childrenOf(element, ...STATES);
}

/** A region that is done from the start, as our export writes it. */
export function isRegionEnd(element: Element): boolean {
  const inside = childrenOf(element, ...STATES);
  const [end] = inside;
  const isAlone = inside.length === 1 && end?.name === "final";
  return isAlone && idOf(end) === `${idOf(element)}.end`;
}

/** How a transition of `from` names `to`: by key beside it or inside it, else from the root. */
export function targetText({ machineId }: Places, from: Place, to: Place): string {
  if (to.path.length === 0) return `#${machineId}`;
  if (to.id !== null) return `#${to.id}`;
  const parent = from.path.slice(0, -1);
  const isSibling = to.path.length === parent.length + 1 && startsWith(to.path, parent);
  if (from.path.length > 0 && isSibling) return to.key;
  const isDeeper = to.path.length > from.path.length && startsWith(to.path, from.path);
  if (isDeeper) return `.${to.path.slice(from.path.length).join(".")}`;
  return `#${machineId}.${to.path.join(".")}`;
}

export function isInside(place: Place, around: Place): boolean {
  return startsWith(place.path, around.path);
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((key, at) => path[at] === key);
}

function idOf({ attributes }: Element): string | undefined {
  return attributes["id"];
}

/** The id that the state had before SCXML allowed it none such. */
function ownId({ attributes }: Element): string | undefined {
  return attributes["saga:id"] ?? attributes["id"];
}

function keyFrom(id: string, parentId: string): string {
  const rest = id.startsWith(`${parentId}.`) ? id.slice(parentId.length + 1) : id;
  // A dot in a key would look like a path.
  return rest.replaceAll(".", "_");
}

function unique(wish: string, taken: Set<string>): string {
  let key = wish;
  for (let count = 2; taken.has(key); count += 1) key = `${wish}${count}`;
  taken.add(key);
  return key;
}
