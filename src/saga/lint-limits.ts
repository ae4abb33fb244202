/** Lint of limits: each is of an activity that there is or of instances, has a key, and is a number that something can begin under. */
import type { AnySaga } from "./define.ts";
import { ROOT } from "./finding.ts";
import type { Found, Rule } from "./finding.ts";
import { didYouMean } from "./lint-names.ts";

export const limitRules: readonly Rule[] = [
  limitUnknown,
  limitWithoutKey,
  limitNotPositive,
  limitEmpty,
];

/** More in a second is no limit to anything that this process does, and each is remembered for a second. */
const PER_SECOND_MAX = 10_000;

interface Named {
  /** How messages name it. */
  readonly of: string;
  readonly limit: Readonly<Record<string, unknown>>;
}

// As JavaScript may give them.
function limitsOf({ limits }: AnySaga): readonly Named[] {
  const ofActivities = Object.entries(limits.activities as Readonly<Record<string, unknown>>);
  const all = ofActivities.map(([name, limit]): [string, unknown] => [`"${name}"`, limit]);
  if (limits.instances !== null) all.push(["instances", limits.instances]);
  return all.map(([of, limit]) => ({ of, limit: Object(limit) as Named["limit"] }));
}

function limitUnknown(saga: AnySaga): readonly Found[] {
  const known = Object.keys(saga.activities);
  return Object.keys(saga.limits.activities)
    .filter((name) => !known.includes(name))
    .map((name) =>
      found(
        "limit-unknown",
        `limits name "${name}", which is no activity`,
        didYouMean(name, known) ?? "remove it",
      ),
    );
}

function limitWithoutKey(saga: AnySaga): readonly Found[] {
  return limitsOf(saga)
    .filter(({ limit }) => typeof limit["key"] !== "function")
    .map(({ of }) =>
      found(
        "limit-without-key",
        `the limit of ${of} has no key`,
        `give key: ({ input }) => …, or key: () => "all" to count all together`,
      ),
    );
}

function limitNotPositive(saga: AnySaga): readonly Found[] {
  const most = { atOnce: Number.MAX_SAFE_INTEGER, perSecond: PER_SECOND_MAX };
  return limitsOf(saga).flatMap(({ of, limit }) =>
    (["atOnce", "perSecond"] as const).flatMap((member) => {
      const value = limit[member];
      if (value === undefined) return [];
      if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most[member]) {
        return [];
      }
      return [
        found(
          "limit-not-positive",
          `${member} of the limit of ${of} is ${typeof value === "number" ? value : JSON.stringify(value)}`,
          `give an integer from 1${member === "perSecond" ? ` to ${PER_SECOND_MAX}` : ""}`,
        ),
      ];
    }),
  );
}

function limitEmpty(saga: AnySaga): readonly Found[] {
  return limitsOf(saga)
    .filter(({ limit }) => limit["atOnce"] === undefined && limit["perSecond"] === undefined)
    .map(({ of }) =>
      found("limit-empty", `the limit of ${of} limits nothing`, "give atOnce, perSecond, or both"),
    );
}

function found(rule: string, message: string, remedy: string): Found {
  return { rule, state: ROOT, message, remedy };
}
