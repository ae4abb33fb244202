/** Creates a saga as `sagachart new` does: the same plan, the same files. */
import { z } from "zod";
import { SagaError } from "../errors.ts";
import { toPlan } from "../scaffold/plan.ts";
import { scaffold } from "../scaffold/scaffold.ts";
import { layoutFor, writeFiles } from "../cli/new/write-files.ts";

const name = z.string().max(100);

const Request = z.strictObject({
  name,
  stages: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("step"),
          step: z.strictObject({ name, undo: name.nullable() }),
        }),
        z.strictObject({ kind: z.literal("wait"), event: name }),
        z.strictObject({ kind: z.literal("approval") }),
      ]),
    )
    .max(50),
  parallel: z.array(z.array(name).max(20)).max(10).default([]),
  /** Left out: the first step that nothing undoes. */
  pivot: name.optional(),
});

export interface CreatedSaga {
  readonly saga: string;
  /** Paths of what was written. */
  readonly files: readonly string[];
}

/**
 * Writes the files of a new saga into the project in `projectPath`.
 *
 * @throws {SagaError} SAGA_REQUEST_INVALID, or SAGA_COMMAND_INVALID if the plan cannot be or a file is there.
 */
export function createSaga(
  body: unknown,
  { projectPath, machinesPath }: { projectPath: string; machinesPath: string },
): CreatedSaga {
  const { success, data, error } = Request.safeParse(body);
  if (!success) {
    const [issue] = error.issues;
    throw new SagaError(
      "SAGA_REQUEST_INVALID",
      `the saga cannot be read at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? ""}`,
    );
  }
  const plan = toPlan(data);
  const files = scaffold(plan, layoutFor(projectPath, machinesPath, plan.name));
  writeFiles(projectPath, files);
  return { saga: plan.name, files: files.map(({ path }) => path) };
}
