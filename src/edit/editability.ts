/** What may be edited of a state or a transition, and why not more. */

export type EditLevel = "editable" | "partial" | "readonly";

export interface Editability {
  readonly level: EditLevel;
  /** Why it is not all editable, in words; empty if it is. */
  readonly reasons: readonly string[];
  /** Where it stands in the file; counts from 1. */
  readonly line: number;
}

export function editable(line: number): Editability {
  return { level: "editable", reasons: [], line };
}

/** The same, with one more reason to leave it alone. */
export function lowered(
  { level, reasons, line }: Editability,
  to: "partial" | "readonly",
  reason: string,
): Editability {
  return { level: level === "readonly" ? level : to, reasons: [...reasons, reason], line };
}
