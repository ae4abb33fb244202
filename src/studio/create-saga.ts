/**
 * A saga that does not exist yet: of a plan, as `sagachart new` writes it, or with an empty chart to draw in. It is
 * shown before there is any file of it; what is written then is what was shown.
 */
import { z } from "zod";
import { layoutFor, writeFiles } from "../cli/new/write-files.ts";
import { toChartModel } from "../draw/model.ts";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { draftMachine } from "../exchange/draft.ts";
import { readTypeScript } from "../exchange/read-typescript.ts";
import { emptySaga } from "../exchange/empty-saga.ts";
import { assertSagaName, toPlan } from "../scaffold/plan.ts";
import { scaffold } from "../scaffold/scaffold.ts";
import type { ScaffoldedFile } from "../scaffold/scaffold.ts";
import type { SagaFolder } from "./saga-folder.ts";

const name = z.string().max(100);

const Request = z.strictObject({
  name,
  /** None: the chart is empty. */
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
  /** Groups of steps that run at the same time. */
  parallel: z.array(z.array(name).max(20)).max(10).default([]),
  /** Left out: the first step that nothing undoes. */
  pivot: name.optional(),
  /** Whether it is written; left out, it is only shown. */
  write: z.boolean().default(false),
});

export type CreateRequest = z.infer<typeof Request>;

export interface PlannedSaga {
  readonly name: string;
  readonly files: readonly ScaffoldedFile[];
  readonly model: ChartModel;
  /** After this step it only goes forward; null: all is undone until the end. */
  readonly pivot: string | null;
  /** Whether there is a saga or a folder of this name. */
  readonly isTaken: boolean;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function readCreateRequest(body: unknown): CreateRequest {
  const { success, data, error } = Request.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    `the saga cannot be read at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? ""}`,
  );
}

export interface Surroundings {
  readonly folder: SagaFolder;
  readonly projectPath: string;
  readonly isKnown: (saga: string) => boolean;
}

/** @throws {SagaError} SAGA_COMMAND_INVALID if a name cannot be one, or the plan would make no saga. */
export function planSaga(
  request: CreateRequest,
  { folder, projectPath, isKnown }: Surroundings,
): PlannedSaga {
  const isEmpty = request.stages.length === 0;
  const plan = isEmpty ? null : toPlan(request);
  assertSagaName(request.name);
  const layout = layoutFor(projectPath, folder.machinesPath, request.name);
  const files = plan === null ? emptySaga(request.name, layout) : scaffold(plan, layout);
  const [chart] = files;
  if (chart === undefined) throw new Error("a saga has a chart");
  return {
    name: request.name,
    files,
    // Read, not run: what is shown while somebody types costs no process.
    model: toChartModel(draftMachine(readTypeScript(chart.text).config)),
    pivot: plan?.pivot ?? null,
    isTaken: isKnown(request.name) || folder.has(request.name),
  };
}

/** @throws {SagaError} SAGA_FILE_REFUSED if there is a saga, or anything else, of this name. */
export function writeSaga(planned: PlannedSaga, projectPath: string): void {
  const { name: saga, isTaken, files } = planned;
  if (isTaken) {
    throw new SagaError(
      "SAGA_FILE_REFUSED",
      `there is a saga "${saga}" already; give another name`,
    );
  }
  writeFiles(projectPath, files);
}
