/**
 * Names of states from names of steps: `chargePayment` is under way in `chargingPayment`.
 *
 * The rules of English spelling, and the verbs of two syllables that are stressed on the second and double too.
 */

const DOUBLING: readonly string[] = [
  "admit",
  "allot",
  "begin",
  "cancel",
  "commit",
  "control",
  "defer",
  "forget",
  "label",
  "omit",
  "permit",
  "rebut",
  "refer",
  "submit",
  "transfer",
  "transmit",
  "travel",
  "unplug",
  "unwrap",
];

const VOWEL = "aeiou";

/** The present participle of the verb that a camelCase name begins with, and the rest of it. */
export function participleOf(step: string): string {
  const [, verb = step, rest = ""] = /^([a-z0-9]+)(.*)$/s.exec(step) ?? [];
  return `${withIng(verb)}${rest}`;
}

function withIng(verb: string): string {
  if (verb.endsWith("ing") && verb.length > 5) return verb;
  if (verb.endsWith("ie")) return `${verb.slice(0, -2)}ying`;
  if (/[^aeioy]e$/.test(verb) && verb.length > 2) return `${verb.slice(0, -1)}ing`;
  return doubles(verb) ? `${verb}${verb.at(-1) ?? ""}ing` : `${verb}ing`;
}

/** One vowel between consonants, in a verb of one syllable: ship, plan, stop; not w, x and y. */
function doubles(verb: string): boolean {
  if (DOUBLING.includes(verb)) return true;
  const syllables = verb.match(/[aeiouy]+/g) ?? [];
  const ending = new RegExp(`[^${VOWEL}][${VOWEL}][^${VOWEL}wxy0-9]$`);
  // The u of "quit" is part of its consonant.
  const sounded = verb.replace("qu", "q");
  return (syllables.length === 1 || sounded !== verb) && ending.test(`-${sounded}`);
}
