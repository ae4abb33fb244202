/** A saga with next to nothing in its chart, for somebody who goes on by drawing: it can be registered, and run. */
import type { Layout } from "../scaffold/layout.ts";
import type { ScaffoldedFile } from "../scaffold/scaffold.ts";
import { sagaFiles } from "./write-saga.ts";

export function emptySaga(name: string, layout: Layout): readonly ScaffoldedFile[] {
  const config = {
    id: name,
    initial: "begun",
    states: {
      begun: {
        description: "Rename it, and draw what comes next.",
        tags: "forward",
        on: { GO_ON: "completed" },
      },
      completed: { type: "final", tags: "completed" },
    },
  };
  return sagaFiles({ name, config, format: null, losses: [] }, layout);
}
