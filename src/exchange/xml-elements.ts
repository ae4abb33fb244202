/** XML documents as trees of elements with their lines. Entities of a document's own are not expanded. */
import { SaxesParser } from "saxes";
import { IMPORT_DEPTH_MAX, invalid } from "./imported.ts";

export interface Element {
  /** Without a prefix. */
  readonly name: string;
  /** As they are written, with prefixes. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All text that stands directly inside. */
  readonly text: string;
  readonly comments: readonly string[];
  readonly line: number;
}

interface Open extends Element {
  readonly children: Element[];
  readonly comments: string[];
  text: string;
}

/** @throws {SagaError} SAGA_IMPORT_INVALID with the line if the text is not well-formed. */
export function parseXml(text: string): Element {
  const parser = new SaxesParser();
  const open: Open[] = [];
  let root: Element | null = null;
  parser.on("opentag", ({ name, attributes }) => {
    const element: Open = {
      name: name.slice(name.indexOf(":") + 1),
      attributes,
      children: [],
      text: "",
      comments: [],
      line: parser.line,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
    // An element may stand in actions in a transition in a state.
    if (open.length > IMPORT_DEPTH_MAX + 8) throw invalid("elements stand too deep", parser.line);
  });
  const addText = (part: string): void => {
    const around = open.at(-1);
    if (around !== undefined) around.text += part;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("comment", (comment) => open.at(-1)?.comments.push(comment.trim()));
  parser.on("closetag", () => void open.pop());
  parser.on("error", (error) => {
    throw invalid(`it is not well-formed: ${error.message.replace(/^\d+:\d+: /, "")}`, parser.line);
  });
  parser.write(text.trimStart()).close();
  if (root === null) throw invalid("there is no element in it");
  return root;
}

export function childrenOf({ children }: Element, ...names: readonly string[]): readonly Element[] {
  return children.filter(({ name }) => names.includes(name));
}
