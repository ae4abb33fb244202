/** SCXML documents as trees of elements, in document order. */
import { SaxesParser } from "saxes";

export interface Element {
  /** Without a prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All text that stands directly inside. */
  readonly text: string;
  /** Its place among all elements of the document. */
  readonly order: number;
}

export function parseXml(text: string): Element {
  const parser = new SaxesParser();
  const open: { element: Element & { children: Element[]; text: string } }[] = [];
  let root: Element | undefined;
  let order = 0;
  parser.on("opentag", ({ name, attributes }) => {
    const element = {
      name: name.slice(name.indexOf(":") + 1),
      attributes: attributes as Record<string, string>,
      children: [],
      text: "",
      order: (order += 1),
    };
    open.at(-1)?.element.children.push(element);
    root ??= element;
    open.push({ element });
  });
  parser.on("text", (part) => {
    const around = open.at(-1)?.element;
    if (around !== undefined) around.text += part;
  });
  parser.on("cdata", (part) => {
    const around = open.at(-1)?.element;
    if (around !== undefined) around.text += part;
  });
  parser.on("closetag", () => void open.pop());
  parser.on("error", (error) => {
    throw error;
  });
  // Some of the files begin with empty lines, which no XML declaration may follow.
  parser.write(text.trimStart()).close();
  if (root === undefined) throw new Error("no element");
  return root;
}

export function childrenOf({ children }: Element, ...names: readonly string[]): readonly Element[] {
  return children.filter(({ name }) => names.includes(name));
}

/** The element and all inside it, in document order. */
export function all(element: Element): readonly Element[] {
  return [element, ...element.children.flatMap(all)];
}
