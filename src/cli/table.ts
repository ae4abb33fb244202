/** Tables of text for people: columns as wide as they must be, and no line longer for it. */
import { stripVTControlCharacters } from "node:util";
import { paint } from "./shell.ts";
import type { Shell } from "./shell.ts";

const GAP = "  ";

/** Lines of cells under a heading. What a cell has of control characters is not written to a terminal. */
export function table(
  shell: Pick<Shell, "hasColor">,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [heading, ...rows.map((row) => row.map(printable))];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => widthOf(line[column]))),
  );
  return lines
    .map((line, index) => {
      const text = line
        .map((cell, column) => `${cell}${" ".repeat((widths[column] ?? 0) - widthOf(cell))}`)
        .join(GAP)
        .trimEnd();
      return index === 0 ? paint(shell, "dim", text) : text;
    })
    .join("\n");
}

/** Names and values, one a line. */
export function facts(
  shell: Pick<Shell, "hasColor">,
  entries: readonly (readonly [string, string | null])[],
): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(([name, value]) => {
      const label = paint(shell, "dim", name.padEnd(width));
      return `${label}${GAP}${printable(value).replaceAll("\n", `\n${" ".repeat(width)}${GAP}`)}`;
    })
    .join("\n");
}

/** What comes from outside must not move the cursor or change colours. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it takes out
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "�");
}

function widthOf(cell: string | undefined): number {
  return stripVTControlCharacters(cell ?? "").length;
}
