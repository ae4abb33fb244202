/** Names in `setup`: one that is not there yet comes with a stub. */
import type { ImplementationKind, OperationInput } from "../../src/edit/operation.ts";
import type { ChartOutline } from "../../src/edit/outline.ts";

export type Names = ChartOutline["names"];

/** The stub that a name needs; nothing if it is known, or no name at all. */
export function stubFor(
  names: Names,
  kind: ImplementationKind,
  name: string,
): readonly OperationInput[] {
  const isKnown = names[kind].includes(name) || !/^[A-Za-z_$][\w$]*$/.test(name);
  return isKnown ? [] : [{ op: "addImplementation", kind, name }];
}

/** What a field says below itself of what is written in it. */
export function stubHint(names: Names, kind: ImplementationKind, name: string): string {
  if (name === "" || stubFor(names, kind, name).length === 0) return "";
  return `“${name}” is not in setup: a stub is added`;
}
