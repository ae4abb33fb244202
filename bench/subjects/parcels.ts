/** Parcels: instances of one chart that stand in many places, most of them ended, and how a file of very many is made. */
import { setup } from "xstate";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import { fill } from "./parcels-fill.ts";

export const parcelSaga = defineSaga({
  name: "parcel",
  version: 1,
  machine: setup({
    types: { events: {} as { type: "PACK" | "LOSE" | "GIVE_UP" | "END" } },
  }).createMachine({
    id: "parcel",
    initial: "waiting",
    states: {
      waiting: { tags: ["forward", "open"], on: { PACK: "packed", LOSE: "searching" } },
      packed: { tags: "forward", on: { END: "delivered", PACK: "waiting" } },
      searching: {
        initial: "asking",
        states: {
          asking: { tags: "compensating", on: { GIVE_UP: "lost" } },
          lost: { tags: ["stuck", "urgent"] },
        },
      },
      delivered: { type: "final", tags: "completed" },
    },
  }),
  activities: {},
});

/** Which states there are, how an instance gets there, and how many of 10,000 are there. */
const standings = [
  { events: ["PACK", "END"], share: 8_989 },
  { events: [], share: 500 },
  { events: ["PACK"], share: 400 },
  { events: ["LOSE"], share: 110 },
  { events: ["LOSE", "GIVE_UP"], share: 1 },
] as const;

/** Makes a file of `count` parcels: one in each place by the runtime, the others as copies of them. */
export async function fillParcels(path: string, count: number): Promise<void> {
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [parcelSaga] });
  for (const [index, { events }] of standings.entries()) {
    const instanceId = `template-${index}`;
    await runtime.start(parcelSaga, { instanceId, input: undefined });
    for (const type of events) await runtime.send(parcelSaga, instanceId, { type });
  }
  await runtime.close();
  fill(
    path,
    count,
    standings.map(({ share }) => share),
  );
}
