/**
 * Editing for the Studio: the source of a chart, drafts of it, and writing one. Whoever may write code may run
 * it, so all of this is for the author's own machine: it is off in production unless it is asked for, and takes
 * no request that a page of another origin has made.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ChartWatch } from "../draft/chart-watch.ts";
import { Drafts } from "../draft/drafts.ts";
import type { Draft } from "../draft/drafts.ts";
import { toOperations } from "../edit/operation.ts";
import { SagaError } from "../errors.ts";
import { readObject } from "../http/json-body.ts";
import { httpLimits } from "../http/limits.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { affectedBy } from "./affected.ts";
import type { Affected } from "./affected.ts";
import { planSaga, readCreateRequest, writeSaga } from "./create-saga.ts";
import { assertMayEdit } from "./may-edit.ts";
import type { SagaFolder } from "./saga-folder.ts";
import { KeptRenames, runningVersion } from "./kept-renames.ts";

/** A draft as the Studio shows it. */
export interface DraftAnswer extends Draft {
  readonly affected: readonly Affected[];
  /** Whether the server runs this saga; one that was just created it does not. */
  readonly isRunning: boolean;
}

/** Pages that may listen for changes on disk. */
const LISTENERS_MAX = 32;

interface SagaRequest {
  Params: { saga: string };
}

export function editRoutes(
  app: FastifyInstance,
  { runtime, folder }: { runtime: Runtime; folder: SagaFolder | null },
): void {
  const mayEdit = folder?.isWritable === true;
  const isKnown = (saga: string): boolean =>
    runtime.sagas().some((chart) => chart.saga.name === saga);
  app.get("/studio/api/editing", async () => ({
    mayEdit,
    waiting: mayEdit ? folder.charts().filter((saga) => !isKnown(saga)) : [],
  }));
  if (folder === null) return;
  const { machinesPath } = folder;
  const drafts = new Drafts(machinesPath, runtime.clock);
  const watch = new ChartWatch(machinesPath);
  app.addHook("onClose", async () => {
    drafts.close();
    watch.close();
  });
  const guarded = {
    preHandler: async (request: FastifyRequest) => assertMayEdit(request, mayEdit),
  };

  app.post<SagaRequest>(
    "/studio/api/drafts/:saga",
    guarded,
    async ({ params, body }): Promise<DraftAnswer> => {
      const { operations } = readObject(body, ["operations"]);
      const draft = await drafts.draft(params.saga, toOperations(operations));
      const affected = await affectedBy(runtime, draft);
      return { ...draft, affected, isRunning: isKnown(params.saga) };
    },
  );
  app.post<SagaRequest>("/studio/api/drafts/:saga/check", guarded, async ({ params, body }) => {
    const { operations } = readObject(body, ["operations"]);
    return drafts.check(params.saga, toOperations(operations));
  });
  app.post<SagaRequest>("/studio/api/drafts/:saga/types", guarded, async ({ params, body }) => {
    const { operations } = readObject(body, ["operations"]);
    return drafts.types(params.saga, toOperations(operations));
  });
  app.put<SagaRequest>("/studio/api/drafts/:saga", guarded, async ({ params, body, headers }) => {
    const { operations } = readObject(body, ["operations"]);
    const sha = readMatch(headers["if-match"]);
    const made = toOperations(operations);
    const renames = new KeptRenames(folder.folderOf(params.saga));
    // Before anything is written: a map that cannot be read is to be mended first.
    const kept = renames.after(runningVersion(runtime, params.saga), made);
    const { sha: now } = await drafts.save(params.saga, made, sha);
    renames.write(kept);
    return { saga: params.saga, sha: now };
  });
  app.post("/studio/api/drafts", guarded, async ({ body }, reply) => {
    const projectPath = process.cwd();
    const request = readCreateRequest(body);
    const planned = planSaga(request, { folder, projectPath, isKnown });
    if (!request.write) return planned;
    writeSaga(planned, projectPath);
    return reply.code(201).send(planned);
  });
  changeRoute(app, watch, runtime);
}

function readMatch(value: string | undefined): string {
  const [, sha] = /^"([0-9a-f]{64})"$/.exec(value ?? "") ?? [];
  if (sha !== undefined) return sha;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    'If-Match is missing; give the "sha" of the file that was edited, in quotes',
  );
}

const nothing = (): void => {};

/** Names of sagas whose chart changes on disk, as server-sent events. */
function changeRoute(app: FastifyInstance, watch: ChartWatch, { clock }: Runtime): void {
  const open = new Set<FastifyReply>();
  app.addHook("preClose", async () => {
    for (const reply of open) reply.raw.end();
  });
  app.get("/studio/api/changes", (_, reply) => {
    if (open.size >= LISTENERS_MAX) {
      throw new SagaError("SAGA_STREAMS_FULL", "too many pages listen for changes; close some");
    }
    reply.hijack();
    open.add(reply);
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      connection: "close",
      "x-accel-buffering": "no",
    });
    raw.write(": begins\n\n");
    const unlisten = watch.listen((saga) =>
      raw.write(`event: change\ndata: ${JSON.stringify({ saga })}\n\n`),
    );
    let cancel = nothing;
    const beat = (): void => {
      raw.write("event: heartbeat\ndata: {}\n\n");
      cancel = clock.schedule(httpLimits.streamHeartbeatMs, beat);
    };
    cancel = clock.schedule(httpLimits.streamHeartbeatMs, beat);
    raw.once("close", () => {
      cancel();
      unlisten();
      open.delete(reply);
    });
  });
}
