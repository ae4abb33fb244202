/**
 * Processes of their own, called like functions: so that what loads, what serves and what measures do not share
 * an event loop.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ending, execArgv } from "./built.ts";

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

export type Methods = Readonly<Record<string, (argument: never) => unknown>>;

export interface Child {
  readonly process: ChildProcess;
  /** @throws what the method threw, or that the process ended. */
  call<Answer>(method: string, argument?: unknown): Promise<Answer>;
  /** Ends it by SIGKILL: whatever it had to do, it was asked to do before. */
  kill(): Promise<void>;
}

const ERRORS_LENGTH_MAX = 4_000;

/** Starts a TypeScript file beside the caller's, or what it was built to. Its standard output goes nowhere. */
export function startChild(file: URL, environment: Readonly<Record<string, string>> = {}): Child {
  const child = fork(fileURLToPath(file).replace(/\.ts$/, ending), {
    execArgv: [...execArgv],
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-ERRORS_LENGTH_MAX);
  });
  const open = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  child.on("message", ({ id, answer, error }: Reply) => {
    const call = open.get(id);
    open.delete(id);
    if (error === undefined) call?.resolve(answer as never);
    else call?.reject(new Error(error));
  });
  child.once("exit", (code, signal) => {
    const error = new Error(`${file.pathname} ended by ${code ?? signal}: ${errors}`);
    for (const { reject } of open.values()) reject(error);
  });

  let calls = 0;
  return {
    process: child,
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        const call: Call = { id: (calls += 1), method, argument };
        open.set(call.id, { resolve, reject });
        child.send(call, (error) => error && reject(error));
      }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** In a process that `startChild` started: answers its calls. */
export function answerCalls(methods: Methods): void {
  const answer = async ({ id, method, argument }: Call): Promise<Reply> => {
    try {
      const found = methods[method];
      if (found === undefined) throw new Error(`there is no method "${method}"`);
      return { id, answer: await found(argument as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? String(error.stack) : String(error) };
    }
  };
  process.on("message", (call: Call) => {
    void answer(call).then((reply) => process.send?.(reply));
  });
}
