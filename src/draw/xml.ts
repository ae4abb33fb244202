/** Text and attributes of XML, escaped so that nothing in a chart can be taken for markup. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as content or as a value of an attribute. Characters that XML 1.0 cannot carry are shown as U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

export type Attributes = Readonly<Record<string, string | number | null>>;

/** One element; without content it is empty. Attributes that are null are left out. */
export function element(
  name: string,
  attributes: Attributes,
  content?: string | readonly string[],
): string {
  const inside =
    content === undefined ? "" : typeof content === "string" ? content : content.join("");
  const start = `<${name}${attributesText(attributes)}`;
  return inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`;
}

export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? "" : ` ${name}="${escapeXml(String(value))}"`))
    .join("");
}
