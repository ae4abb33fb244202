/** Actions of the authors' own: each is performed after its commit, at least once, and not again without a reason. */
import type { JournalEntry } from "../../src/store/store.ts";
import type { FaultClass } from "./faults.ts";

interface Acted {
  readonly life: { readonly name: string };
  readonly idempotencyKey: string;
}

/** After these nobody knows whether an action that was performed was taken off. */
const doubts: readonly FaultClass[] = ["busy", "full", "io-error", "read-error"];

export function judgeActions(
  journals: readonly JournalEntry[],
  acted: readonly Acted[],
  faults: readonly FaultClass[],
): readonly string[] {
  const asked = journals.flatMap(({ effects }) =>
    (JSON.parse(effects) as { kind: string; idempotencyKey: string }[]).flatMap((effect) =>
      effect.kind === "act" ? effect.idempotencyKey : [],
    ),
  );
  const times = new Map<string, number>();
  for (const { life, idempotencyKey } of acted) {
    const name = `${idempotencyKey} in ${life.name}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  const isCertain = !doubts.some((fault) => faults.includes(fault));
  return [
    ...asked
      .filter((key) => !acted.some(({ idempotencyKey }) => idempotencyKey === key))
      .map((key) => `action ${key} was never performed`),
    ...acted
      .filter(({ idempotencyKey }) => !asked.includes(idempotencyKey))
      .map(
        ({ idempotencyKey }) =>
          `action ${idempotencyKey} was performed, and nobody has asked for it`,
      ),
    ...[...times]
      .filter(([, count]) => isCertain && count > 1)
      .map(([name, count]) => `action ${name} was performed ${count} times`),
  ];
}
