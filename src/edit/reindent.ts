/** Code at another indentation. What stands within a template is text, and is left as it is. */
import { indentAt } from "./position.ts";
import type { Range } from "./position.ts";
import { walk } from "./syntax.ts";
import type { Node, Syntax } from "./syntax.ts";

/** Ranges of templates that have more than one line. */
export function templatesIn({ text, program }: Syntax): readonly Range[] {
  const found: Range[] = [];
  walk(program, (node: Node) => {
    const isTemplate = node.type === "TemplateLiteral";
    if (isTemplate && text.slice(node.start, node.end).includes("\n")) found.push(node);
  });
  return found;
}

/** The lines behind the first begin with `from`, and begin with `to` instead. `text` stood at `offset`. */
export function reindent(
  text: string,
  { from, to }: { readonly from: string; readonly to: string },
  isText: (at: number) => boolean,
): string {
  let at = 0;
  return text
    .split("\n")
    .map((line, index) => {
      const start = at;
      at += line.length + 1;
      const isKept = index === 0 || isText(start) || !line.startsWith(from);
      return isKept ? line : to + line.slice(from.length);
    })
    .join("\n");
}

/** The source of a node as a value at any indentation. */
export function reindentAt(syntax: Syntax, { start, end }: Range): (indent: string) => string {
  const { text } = syntax;
  const from = indentAt(text, start);
  const templates = templatesIn(syntax);
  const isText = (at: number): boolean =>
    templates.some((template) => start + at > template.start && start + at <= template.end);
  return (to) => reindent(text.slice(start, end), { from, to }, isText);
}
