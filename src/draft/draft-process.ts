/**
 * The process that loads drafts, from outside: started when it is needed, asked one thing at a time, ended when it
 * takes too long or nobody has asked for a while. What a draft does to it touches nothing here.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import { isSource, programPath } from "../package.ts";
import type {
  CheckAnswer,
  DraftReply,
  DraftRequest,
  LoadAnswer,
  TypesAnswer,
} from "./draft-message.ts";

export const draftLimits = {
  /** Ms that the process may take to start; from source it is translated first. */
  startMsMax: 60_000,
  /** Ms that a draft may take to load. A chart is loaded in some hundredths of a second. */
  loadMsMax: 10_000,
  /** Ms that a check of it may take. */
  checkMsMax: 30_000,
  /** Ms that the compiler may take; a cold one needs some seconds on a busy machine. */
  typesMsMax: 30_000,
  /** Ms after which a process that nobody asks ends. */
  idleMsMax: 120_000,
  /** Megabytes of memory for what is loaded, several times what the largest chart takes. */
  memoryMbMax: 512,
  /** Drafts that one process loads: each leaves something behind. */
  loadsMax: 200,
  /** Requests that wait for their turn. */
  waitingMax: 16,
} as const;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly cancel: () => void;
}

export interface DraftProcessOptions {
  /** Left out: the one that loads and checks drafts; the other has the compiler. */
  readonly program?: "draft-program" | "type-program";
  readonly loadMsMax?: number;
}

type Asked = Omit<DraftRequest, "id" | "kind">;

export class DraftProcess {
  readonly #clock: Clock;
  readonly #loadMsMax: number;
  readonly #program: "draft-program" | "type-program";
  #child: ChildProcess | null = null;
  #loads = 0;
  #lastId = 0;
  #waiting: Waiting | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #isClosed = false;
  #cancelIdle = (): void => {};

  constructor(
    clock: Clock,
    { program, loadMsMax = draftLimits.loadMsMax }: DraftProcessOptions = {},
  ) {
    this.#clock = clock;
    this.#loadMsMax = loadMsMax;
    this.#program = program ?? "draft-program";
  }

  /** @throws {SagaError} SAGA_DRAFT_INVALID if it does not load in time, or not at all. */
  load(asked: Asked): Promise<LoadAnswer> {
    return this.#inTurn({ ...asked, kind: "load" }, this.#loadMsMax);
  }

  /** @throws {SagaError} SAGA_DRAFT_INVALID if it does not load, or is not checked in time. */
  check(asked: Asked): Promise<CheckAnswer> {
    return this.#inTurn({ ...asked, kind: "check" }, draftLimits.checkMsMax);
  }

  /** Of the program that has the compiler. @throws {SagaError} SAGA_DRAFT_INVALID if it is not done in time. */
  types(asked: Asked): Promise<TypesAnswer> {
    return this.#inTurn({ ...asked, kind: "types" }, draftLimits.typesMsMax);
  }

  /** Ends it; what waits for its turn is refused. */
  close(): void {
    this.#isClosed = true;
    this.#cancelIdle();
    this.#end();
    this.#waiting?.reject(stopping());
  }

  #inTurn<Answer>(asked: Omit<DraftRequest, "id">, msMax: number): Promise<Answer> {
    if (this.#queued >= draftLimits.waitingMax) {
      throw new SagaError("SAGA_DRAFTS_FULL", "too many drafts wait to be loaded; try again");
    }
    this.#queued += 1;
    const answer = this.#last.then(() => this.#ask<Answer>(asked, msMax));
    this.#last = answer.catch(() => undefined).finally(() => (this.#queued -= 1));
    return answer;
  }

  async #ask<Answer>(asked: Omit<DraftRequest, "id">, msMax: number): Promise<Answer> {
    // A process that began now would outlive the server.
    if (this.#isClosed) throw stopping();
    this.#cancelIdle();
    if (this.#loads >= draftLimits.loadsMax) this.#end();
    const child = await this.#started();
    this.#loads += 1;
    this.#lastId += 1;
    const id = this.#lastId;
    try {
      const answer = this.#within<Answer>(msMax, `the draft was not done within ${msMax} ms`);
      child.send({ ...asked, id } satisfies DraftRequest);
      return await answer;
    } finally {
      if (!this.#isClosed) {
        this.#cancelIdle = this.#clock.schedule(draftLimits.idleMsMax, () => this.#end());
      }
    }
  }

  /** What the process says next; it is ended if it says nothing in time. */
  async #within<Answer>(msMax: number, reason: string): Promise<Answer> {
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const cancel = this.#clock.schedule(msMax, () => {
          this.#end();
          reject(invalid(reason));
        });
        this.#waiting = { resolve, reject, cancel };
      });
    } finally {
      this.#waiting?.cancel();
      this.#waiting = null;
    }
  }

  async #started(): Promise<ChildProcess> {
    if (this.#child !== null) return this.#child;
    const child = this.#start();
    this.#child = child;
    await this.#within(draftLimits.startMsMax, "the process that loads drafts does not start");
    return child;
  }

  #start(): ChildProcess {
    const child = fork(programPath(`draft/${this.#program}`), {
      execArgv: [
        `--max-old-space-size=${draftLimits.memoryMbMax}`,
        // Where this package runs from source, so does the program.
        ...(isSource ? ["--import", "tsx"] : []),
      ],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    const said: string[] = [];
    child.stderr?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    child.on("message", (reply: DraftReply) => {
      if ("isReady" in reply) this.#waiting?.resolve(undefined as never);
      else if (reply.id !== this.#lastId) return;
      else if ("error" in reply) this.#waiting?.reject(invalid(reply.error));
      else this.#waiting?.resolve(reply.value as never);
    });
    child.on("exit", () => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#loads = 0;
      const why = said.join("").trim().split("\n").at(-1) ?? "";
      this.#waiting?.reject(invalid(`the draft ended the process that loads it ${why}`.trim()));
    });
    // Whoever waits for a draft waits for a request; the server need not live for it.
    child.unref();
    child.channel?.unref();
    return child;
  }

  #end(): void {
    const child = this.#child;
    this.#child = null;
    this.#loads = 0;
    child?.kill("SIGKILL");
  }
}

function stopping(): SagaError {
  return new SagaError("SAGA_RUNTIME_CLOSED", "the server is stopping");
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_DRAFT_INVALID", message);
}
