/**
 * A chart model that comes from outside, checked as far as its layout needs it: what is missing or of another
 * kind is refused, and every id that is mentioned is there.
 */
import { z } from "zod";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { phases } from "../saga/phase.ts";

/** States of a draft. Five times as many as are drawn with lines. */
const STATES_MAX = 2_000;
const EDGES_MAX = 10_000;

const Text = z.string().max(2_000);
const Texts = z.array(Text).max(200);
const Guard = z.looseObject({ kind: z.enum(["named", "inline", "in", "and", "or", "not"]) });
const Action = z.looseObject({
  kind: z.enum(["named", "built-in", "inline"]),
  name: Text,
  params: z.json(),
  hasDynamicParams: z.boolean(),
});
const Actions = z.array(Action).max(200);

const State = z.object({
  id: Text,
  key: Text,
  path: Texts,
  parent: Text.nullable(),
  type: z.enum(["atomic", "compound", "parallel", "final", "history"]),
  history: z.enum(["shallow", "deep"]).nullable(),
  initial: Text.nullable(),
  phase: z.enum(phases).nullable(),
  tags: Texts,
  entry: Actions,
  exit: Actions,
  invokes: z.array(z.object({ id: Text, src: Text })).max(200),
  description: Text.nullable(),
  meta: z.json(),
  folded: z.number().int().min(0),
});

const Edge = z.object({
  id: Text,
  kind: z.enum(["event", "after", "always", "done", "error", "snapshot", "stateDone", "initial"]),
  source: Text,
  targets: Texts,
  event: Text,
  delay: z.looseObject({}).nullable(),
  guard: Guard.nullable(),
  isElse: z.boolean(),
  actions: Actions,
  reenter: z.boolean(),
  description: Text.nullable(),
  meta: z.json(),
});

const Model = z.object({
  id: Text,
  states: z.array(State).min(1).max(STATES_MAX),
  edges: z.array(Edge).max(EDGES_MAX),
});

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function readModel(value: unknown): ChartModel {
  const { success, data, error } = Model.safeParse(value);
  if (!success) {
    const issue = error.issues[0];
    throw invalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  checkIds(data);
  return data as unknown as ChartModel;
}

/** A parent stands before its children, and what an edge mentions is there. */
function checkIds({ states, edges }: z.infer<typeof Model>): void {
  const earlier = new Set<string>();
  for (const { id, parent } of states) {
    if (earlier.has(id)) throw invalid(`state "${id}" is there twice`);
    if ((parent === null) !== (earlier.size === 0)) throw invalid(`state "${id}" has no place`);
    if (parent !== null && !earlier.has(parent)) {
      throw invalid(`the parent of state "${id}" does not stand before it`);
    }
    earlier.add(id);
  }
  const mentioned = edges.flatMap(({ source, targets }) => [source, ...targets]);
  const unknown = mentioned.find((id) => !earlier.has(id));
  if (unknown !== undefined) throw invalid(`an edge mentions "${unknown}", which is no state`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", `the model is no chart: ${message}`);
}
