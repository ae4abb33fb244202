/** The lines of a Mermaid state diagram, told apart. Mermaid goes line by line, and so do losses. */

export type MermaidLine =
  | { readonly kind: "head" | "blank" | "close" | "region"; readonly line: number }
  | {
      readonly kind: "open";
      readonly line: number;
      readonly name: string;
      readonly text: string | null;
    }
  | {
      readonly kind: "state";
      readonly line: number;
      readonly name: string;
      readonly text: string | null;
    }
  | { readonly kind: "row"; readonly line: number; readonly name: string; readonly text: string }
  | {
      readonly kind: "edge";
      readonly line: number;
      readonly from: string;
      readonly to: string;
      readonly label: string;
    }
  | { readonly kind: "note"; readonly line: number; readonly name: string; readonly text: string }
  | { readonly kind: "unknown"; readonly line: number; readonly text: string };

const NAME = String.raw`[\w$.-]+`;

const patterns: readonly (readonly [
  RegExp,
  (match: readonly (string | undefined)[], line: number) => MermaidLine,
])[] = [
  [/^(?:%%.*)?$/, (_, line) => ({ kind: "blank", line })],
  [/^stateDiagram(?:-v2)?$/, (_, line) => ({ kind: "head", line })],
  [
    /^(?:direction\s+\w+|hide\s+.*|scale\s+.*|accTitle.*|accDescr.*|title\s.*)$/i,
    (_, line) => ({ kind: "blank", line }),
  ],
  [/^--$/, (_, line) => ({ kind: "region", line })],
  [/^\}$/, (_, line) => ({ kind: "close", line })],
  [
    new RegExp(`^(\\[\\*\\]|${NAME})\\s*-->\\s*(\\[\\*\\]|${NAME})\\s*(?::\\s*(.*))?$`),
    ([, from = "", to = "", label = ""], line) => ({ kind: "edge", line, from, to, label }),
  ],
  [
    new RegExp(`^state\\s+"(.*)"\\s+as\\s+(${NAME})\\s*(\\{)?$`),
    ([, text = "", name = "", brace], line) => ({
      kind: brace === undefined ? "state" : "open",
      line,
      name,
      text,
    }),
  ],
  [
    new RegExp(`^state\\s+(${NAME})\\s*(\\{)?$`),
    ([, name = "", brace], line) => ({
      kind: brace === undefined ? "state" : "open",
      line,
      name,
      text: null,
    }),
  ],
  [
    new RegExp(`^note\\s+(?:left|right)\\s+of\\s+(${NAME})\\s*:\\s*(.*)$`),
    ([, name = "", text = ""], line) => ({ kind: "note", line, name, text }),
  ],
  [
    new RegExp(`^(${NAME})\\s*:\\s*(.*)$`),
    ([, name = "", text = ""], line) => ({ kind: "row", line, name, text }),
  ],
  [new RegExp(`^(${NAME})$`), ([, name = ""], line) => ({ kind: "state", line, name, text: null })],
];

export function readLines(text: string): readonly MermaidLine[] {
  return text.split(/\r?\n/).map((raw, index) => {
    const line = index + 1;
    const said = raw.trim().replace(/;$/, "");
    for (const [pattern, make] of patterns) {
      const match = pattern.exec(said);
      if (match !== null) return make(match, line);
    }
    return { kind: "unknown", line, text: said };
  });
}
