/** Adds a name to an import that a file has already. */
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import { nameOf } from "./syntax.ts";
import type { Node } from "./syntax.ts";

interface ImportNode extends Node {
  readonly importKind?: string;
  readonly source: Node & { readonly value: string };
  readonly specifiers: readonly (Node & { readonly local: Node; readonly importKind?: string })[];
}

/** Nothing is to be done if the name is imported already. It finds its place by the alphabet. */
export function addImport(change: Change, name: string, isFrom: (module: string) => boolean): void {
  const { body } = change.source.program as Node & { body: readonly Node[] };
  const imports = body.filter(
    (node): node is ImportNode =>
      node.type === "ImportDeclaration" && (node as ImportNode).importKind !== "type",
  );
  const isThere = imports.some(({ specifiers }) =>
    specifiers.some(({ local }) => nameOf(local) === name),
  );
  if (isThere) return;
  const specifiers = imports
    .filter(({ source }) => isFrom(source.value))
    .flatMap((one) => one.specifiers)
    .filter(({ type }) => type === "ImportSpecifier");
  const last = specifiers.at(-1);
  if (last === undefined) return refuse(`the file imports no "${name}"; import it in code first`);
  const after = specifiers.find(({ local }) => (nameOf(local) ?? "") > name);
  if (after === undefined) change.insert(last.end, `, ${name}`);
  else change.insert(after.start, `${name}, `);
}
