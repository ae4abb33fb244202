/** A machines folder with one small saga in it. */
import { setup } from "xstate";
import { defineSaga } from "../../../../src/index.ts";
import type { Saga } from "../../../../src/index.ts";

const machine = setup({}).createMachine({
  id: "letter",
  initial: "waiting",
  states: {
    waiting: { tags: "forward", on: { POSTED: "posted" }, after: { 60_000: "lost" } },
    posted: { type: "final", tags: "completed" },
    lost: { type: "final", tags: "failed" },
  },
});

export const letterSaga: Saga<typeof machine> = defineSaga({
  name: "letter",
  version: 1,
  machine,
  activities: {},
});
