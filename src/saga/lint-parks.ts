/** Lint of early events: what a saga parks must be an event that a client can send to it. */
import { declaredEvents } from "./accepts.ts";
import type { AnySaga } from "./define.ts";
import { ROOT } from "./finding.ts";
import type { Found, Rule } from "./finding.ts";
import { didYouMean } from "./lint-names.ts";

export const parkRules: readonly Rule[] = [parkUnknown];

function parkUnknown(saga: AnySaga): readonly Found[] {
  const { machine, parks } = saga;
  if (parks.length === 0) return [];
  const bare = { actors: new Map(), invocations: new Map(), undoes: new Map() };
  const known = declaredEvents({ saga, machine, ...bare });
  return parks
    .filter((type) => !known.includes(type))
    .map((type) => ({
      rule: "park-unknown",
      state: ROOT,
      message: `parks name "${type}", which is no event that a client can send`,
      remedy: didYouMean(type, known) ?? "draw a transition for it, or remove it",
    }));
}
