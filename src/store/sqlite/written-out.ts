/**
 * Functions that are written out for the columns of one table or query. A loop that looks for each name in each row
 * finds it by way of a table of all names; V8 remembers the place of a name only where the code names it.
 */

/**
 * The value of `expression`, a function as a rule, which may use what is needed by its names. Only names of our own
 * schema may come into the text.
 */
export function writtenOut(expression: string, needed: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(needed);
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of our own schema alone
  const make = new Function(...names, `"use strict"; return ${expression};`);
  return Reflect.apply(make, undefined, Object.values(needed));
}
