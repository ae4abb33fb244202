/** One thread that runs the workshop's program: it can be asked, and ended in the middle of anything. */
import { Worker } from "node:worker_threads";
import { SagaError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { errorStatus } from "../errors.ts";
import { programPath } from "../package.ts";
import type { WorkshopAnswer, WorkshopData, WorkshopRequest } from "./request.ts";

// Node 20 reads no TypeScript: from source the program is loaded as the sagas are.
const bootstrap = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { createRequire } = require("node:module");
  const { pathToFileURL } = require("node:url");
  const load = async ({ program }) => {
    const url = pathToFileURL(program).href;
    if (program.endsWith(".js")) return import(url);
    const { createJiti } = createRequire(program)("jiti");
    return createJiti(url).import(program);
  };
  load(workerData).then(
    ({ serve }) => serve(parentPort, workerData),
    (error) => { throw error; },
  );
`;

/** Memory of the thread: a check of a large saga takes a few hundred megabytes. */
const MEMORY_MB_MAX = 1_024;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SagaError) => void;
}

export class WorkshopThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  /** Resolves when the program is loaded. */
  readonly ready: Promise<unknown>;
  #lastId = 0;
  #ended: SagaError | null = null;

  constructor(machinesPath: string) {
    const workerData: WorkshopData = { program: programPath("workshop/program"), machinesPath };
    this.#worker = new Worker(bootstrap, {
      eval: true,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
    });
    // Whoever waits for it waits for a request; the process need not live for it.
    this.#worker.unref();
    this.#worker.on("message", (answer: WorkshopAnswer) => this.#hear(answer));
    this.#worker.on("error", (error) => this.#end(failed(`it ended: ${error.message}`)));
    this.#worker.on("exit", () => this.#end(failed("it ended")));
    this.ready = new Promise((resolve, reject) => this.#asked.set(0, { resolve, reject }));
    this.ready.catch(() => {});
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  ask(request: WorkshopRequest): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      this.#worker.postMessage({ id, request });
    });
  }

  async close(reason = "the process stops"): Promise<void> {
    this.#end(failed(reason));
    await this.#worker.terminate();
  }

  #hear(answer: WorkshopAnswer): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if (answer.ok) asked?.resolve(answer.value);
    else asked?.reject(toError(answer));
  }

  #end(error: SagaError): void {
    this.#ended ??= error;
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}

function toError({ code, message, details }: WorkshopAnswer & { ok: false }): SagaError {
  const known = Object.hasOwn(errorStatus, code) ? (code as ErrorCode) : "SAGA_SIMULATION_FAILED";
  return new SagaError(known, message, { details });
}

function failed(reason: string): SagaError {
  return new SagaError("SAGA_SIMULATION_FAILED", `the thread gave no answer: ${reason}`);
}
