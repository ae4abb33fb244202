/**
 * The process: configuration → store → runtime → HTTP, and back again when it is asked to stop.
 */
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import type { Config } from "./config.ts";
import { buildServer } from "./http/server.ts";
import { logTelemetry } from "./log.ts";
import { loadSagas } from "./machines.ts";
import type { LoadModule } from "./machines.ts";
import { createRuntime } from "./runtime/runtime.ts";
import { openSqlite } from "./store/sqlite/open.ts";

export interface RunningProcess {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Stops in order: no new requests, running attempts finish, the store is closed. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the process. `onFatal` hears that the store cannot say what it wrote: the process must end then, and
 * the next one goes on from what is there.
 */
export async function startProcess(
  config: Config,
  onFatal: () => void,
  load?: LoadModule,
): Promise<RunningProcess> {
  const logger = pino({ level: config.logLevel });
  const sagas = await loadSagas(config.machinesPath, load);
  const tell = logTelemetry(logger);
  const runtime = await createRuntime({
    store: openSqlite(config.dbPath, { durability: config.durability }),
    sagas,
    leaseMs: config.leaseMs,
    freezeContext: config.freezeContext,
    telemetry: (event) => {
      tell(event);
      if (event.kind === "fatal") onFatal();
    },
  });
  for (const { code, text } of runtime.warnings()) logger.warn({ code }, text);
  const server = buildServer({
    runtime,
    logger,
    machines: { machinesPath: config.machinesPath, isWritable: config.studioEdit },
  });
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await server.close();
    await runtime.close();
    logger.info("stopped");
  };
  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw error;
  }

  const { address, port, family } = server.server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  logger.info({ url, db: config.dbPath, sagas: sagas.map(({ name }) => name) }, "listening");
  return { url, stop: () => (stopping ??= stop()) };
}

/** Runs until SIGTERM or SIGINT; a second signal does not wait. The exit code is 1 if the store failed. */
export async function runProcess(
  config: Config,
  onStopped: () => Promise<void>,
  load?: LoadModule,
): Promise<void> {
  // Whatever it writes, backups of the file among it, is its owner's alone.
  process.umask(0o077);
  const running = await startProcess(config, () => process.exit(1), load);
  process.stderr.write(
    `sagachart listens on ${running.url}, data in ${config.dbPath}; the Studio: ${running.url}/studio/\n`,
  );

  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    void running
      .stop()
      .then(onStopped)
      .then(() => process.exit(0));
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
