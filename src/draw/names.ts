/** Names for the states of a chart in a language that allows fewer characters than XState does. */

/** What a language allows in a name, and which names mean something else in it. */
export interface Naming {
  /** Matches each character that cannot stand in a name. */
  readonly forbidden: RegExp;
  readonly reserved: ReadonlySet<string>;
}

/** Gives each id a name of its own: the id itself wherever it may be one. */
export function nameAll(ids: readonly string[], naming: Naming): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const id of ids) {
    const plain = id.replaceAll(naming.forbidden, "_");
    const isFit = /^[A-Za-z_]/.test(plain) && !naming.reserved.has(plain.toLowerCase());
    const name = unique(isFit ? plain : `s_${plain}`, taken);
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function unique(name: string, taken: ReadonlySet<string>): string {
  let found = name;
  for (let count = 2; taken.has(found); count += 1) found = `${name}_${count}`;
  return found;
}
