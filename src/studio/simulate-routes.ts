/**
 * Simulations for the Studio: paths in, steps out; a path as a test; what tests and instances go through; what the
 * checker finds. What authors wrote runs in the workshop's threads, never in this one.
 */
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import { readObject } from "../http/json-body.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { encode } from "../saga/codec.ts";
import type { JournalOfInstance } from "../workshop/request.ts";
import type { Workshop } from "../workshop/workshop.ts";
import { assertMayEdit } from "./may-edit.ts";
import type { SagaFolder } from "./saga-folder.ts";

/** Newest instances whose journals tell what production goes through. */
const COVERED_INSTANCES_MAX = 200;
/** Entries of all of their journals together: each is a step that is computed again. */
const COVERED_ENTRIES_MAX = 5_000;
/** An instance of more entries is left out. */
const COVERED_JOURNAL_MAX = 500;

interface SagaRequest {
  Params: { saga: string };
}

export interface SimulateRoutesOptions {
  readonly runtime: Runtime;
  /** Null: nobody knows where the sagas come from. */
  readonly workshop: Workshop | null;
  readonly folder: SagaFolder | null;
}

export function simulateRoutes(
  app: FastifyInstance,
  { runtime, workshop, folder }: SimulateRoutesOptions,
): void {
  const ask: Workshop["ask"] = async (request) => {
    runtime.saga(request.saga);
    if (workshop === null) throw notHere();
    return workshop.ask(request);
  };

  app.post<SagaRequest>("/studio/api/simulations/:saga", async ({ params, body }) => {
    const { path, act } = readObject(body, ["path", "act"]);
    return ask({ kind: "simulate", saga: params.saga, path, act });
  });

  app.post<SagaRequest>("/studio/api/simulations/:saga/test", async (request, reply) => {
    const { params, body } = request;
    const { path, write } = readObject(body, ["path", "write"]);
    const test = (await ask({ kind: "test", saga: params.saga, path })) as WrittenTest;
    const isWritable = folder?.isWritable === true && folder.holds(test.file);
    if (write !== true) return { ...test, isWritable };
    if (test.text === null) {
      throw new SagaError(
        "SAGA_SIMULATION_INVALID",
        `there can be no test: ${test.reasons.join("; ")}`,
      );
    }
    if (folder === null) throw notHere();
    assertMayEdit(request, folder.isWritable);
    const file = folder.writeFree(test.file, test.text);
    return reply.code(201).send({ ...test, file, isWritable });
  });

  app.get<SagaRequest>("/studio/api/coverage/:saga/paths", async ({ params }) =>
    ask({ kind: "paths", saga: params.saga }),
  );

  app.get<SagaRequest>("/studio/api/coverage/:saga/instances", async ({ params }) => {
    const { instances, cut } = await journalsOf(runtime, params.saga);
    const visits = (await ask({ kind: "journals", saga: params.saga, instances })) as Visits;
    return { ...visits, cut: [...cut, ...visits.cut] };
  });

  app.get<SagaRequest>("/studio/api/checks/:saga", async ({ params }) =>
    ask({ kind: "check", saga: params.saga }),
  );
}

interface WrittenTest {
  readonly text: string | null;
  readonly reasons: readonly string[];
  readonly file: string;
}

interface Visits {
  readonly cut: readonly string[];
}

function notHere(): SagaError {
  return new SagaError(
    "SAGA_OPERATION_NOT_POSSIBLE",
    "this server does not know the folder of its sagas; start it by sagachart dev or sagachart start",
  );
}

/** The whole journals of the newest instances of the newest version. */
async function journalsOf(
  runtime: Runtime,
  saga: string,
): Promise<{ readonly instances: readonly JournalOfInstance[]; readonly cut: readonly string[] }> {
  const { version } = runtime.saga(saga).saga;
  const found = await runtime.search({ saga, version, limit: COVERED_INSTANCES_MAX });
  const instances: JournalOfInstance[] = [];
  let entriesLeft = COVERED_ENTRIES_MAX;
  let leftOut = 0;
  for (const { id, revision } of found.items) {
    if (revision > COVERED_JOURNAL_MAX || revision > entriesLeft) {
      leftOut += 1;
      continue;
    }
    entriesLeft -= revision;
    const entries = await runtime.journal({ name: saga }, id, { limit: COVERED_JOURNAL_MAX });
    instances.push({
      instanceId: id,
      entries: entries.map((entry) => ({ ...entry, event: encode(entry.event), effects: "[]" })),
    });
  }
  const cut = [
    ...(found.next === null ? [] : [`instances before the newest ${COVERED_INSTANCES_MAX}`]),
    ...(leftOut === 0 ? [] : [`${leftOut} instances whose journals are too long`]),
  ];
  return { instances, cut };
}
