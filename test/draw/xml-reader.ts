/** Reads well-formed XML strictly, as any consumer of SCXML or SVG would; throws where it is not. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

// One token: a comment, an end, a start or an empty element, or text without markup.
const TOKEN =
  /<!--(?:(?!--)[^])*-->|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /\s+([\w:.-]+)="([^"<]*)"/g;

export function readXml(document: string): XmlElement {
  const text = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, "");
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (token === null) throw new Error(`no XML at ${at}: ${text.slice(at, at + 80)}`);
    take(token, open);
  }
  const [only, ...rest] = root.children;
  if (open.length !== 1 || only === undefined || rest.length > 0 || root.text.trim() !== "") {
    throw new Error("the document is not one element");
  }
  return only;
}

function take([, end, start, attributes = "", empty, text]: RegExpExecArray, open: Open[]): void {
  const inside = open.at(-1) as Open;
  if (text !== undefined) inside.text += unescaped(text);
  if (end !== undefined) {
    if (inside.name !== end) throw new Error(`</${end}> ends <${inside.name}>`);
    open.pop();
    (open.at(-1) as Open).children.push(inside);
  }
  if (start === undefined) return;
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(
    ([, name, value]) => [name as string, unescaped(value as string)] as const,
  );
  const names = new Set(pairs.map(([name]) => name));
  if (names.size !== pairs.length) throw new Error(`<${start}> has an attribute twice`);
  const element: Open = {
    name: start,
    attributes: Object.fromEntries(pairs),
    children: [],
    text: "",
  };
  if (empty === "/") inside.children.push(element);
  else open.push(element);
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

function unescaped(text: string): string {
  // XML 1.0, 2.2: the characters that there are.
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)) {
    throw new Error("a character that XML cannot carry");
  }
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const character = entities[entity];
    if (character === undefined) throw new Error(`no entity: ${entity}`);
    return character;
  });
}

/** An element and all inside it, in document order. */
export function allOf(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(allOf)];
}
