/**
 * Files with very many tickets: one is opened by the runtime, the others are its write set under other ids, given
 * to the store in large batches. So all of it is written by the store itself, and a million takes a minute.
 */
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import type { WriteSet } from "../../src/store/store.ts";
import { ticketSaga } from "../machines/ticket/index.ts";
import { ticketId } from "./tickets.ts";

const BATCH = 2_000;
const TEMPLATE = "template";
const QUARTER_MS = 90 * 86_400_000;

export interface Fill {
  readonly count: number;
  /** When the timer of a ticket is due. */
  readonly dueAtMs: (index: number) => number;
}

/** Makes a file of `count` tickets that wait, and one more that they are copies of. */
export async function fillTickets(path: string, { count, dueAtMs }: Fill): Promise<void> {
  const template = await openTemplate(path);
  const store = openSqlite(path);
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    const writeSets = Array.from({ length: size }, (_, offset) =>
      copy(template, { instanceId: ticketId(from + offset), dueAtMs: dueAtMs(from + offset) }),
    );
    const outcomes = await store.commit(writeSets);
    const refused = outcomes.find((outcome) => outcome !== "committed");
    if (refused !== undefined) throw new Error(`a copy of the ticket was left out: ${refused}`);
  }
  await store.close();
}

/** The write set by which the runtime opens a ticket. */
async function openTemplate(path: string): Promise<WriteSet> {
  const seen: WriteSet[] = [];
  const runtime = await createRuntime({
    store: seeing(openSqlite(path), (writeSets) => seen.push(...writeSets)),
    sagas: [ticketSaga],
  });
  const input = { subject: "a parcel is late", openMs: QUARTER_MS };
  await runtime.start(ticketSaga, { instanceId: TEMPLATE, input });
  await runtime.close();
  const [template] = seen;
  if (template === undefined) throw new Error("the ticket was not committed");
  return template;
}

function copy(template: WriteSet, to: { instanceId: string; dueAtMs: number }): WriteSet {
  const { instanceId, dueAtMs } = to;
  return {
    ...template,
    instance: { ...template.instance, instanceId, correlationId: instanceId },
    timersSet: template.timersSet.map((timer) => ({ ...timer, dueAtMs })),
  };
}

/** The store, showing each batch before it commits it. */
export function seeing(store: Store, see: (writeSets: readonly WriteSet[]) => void): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "commit") return value.bind(target) as unknown;
      return (writeSets: readonly WriteSet[]) => {
        see(writeSets);
        return target.commit(writeSets);
      };
    },
  });
}
