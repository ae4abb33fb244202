import { assign, setup } from "xstate";
import { activity } from "../../../src/index.ts";

/** A machine of two activities that keeps what they answer. */
export const calling = setup({
  types: { context: {} as { got: unknown } },
  actors: { charge: activity<unknown, unknown>(), ship: activity<unknown, unknown>() },
  actions: {
    keepOutput: assign({ got: (_, params: { output: unknown }) => params.output }),
    keepError: assign({ got: (_, params: { error: unknown }) => params.error }),
  },
});
