/**
 * The process: configuration → store → runtime → HTTP, and back again when it is asked to stop.
 */
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { exitCodeOf, exitCodes } from "./cli/exit-codes.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { buildServer } from "./http/server.ts";
import { logTelemetry } from "./log.ts";
import { createLogger } from "./log-lines.ts";
import { LoopLag } from "./loop-lag.ts";
import { loadSagas } from "./machines.ts";
import type { LoadModule } from "./machines.ts";
import { Metrics } from "./metrics/metrics.ts";
import { createRuntime } from "./runtime/runtime.ts";
import type { StoreRemark } from "./runtime/runtime.ts";
import { ballastPath, keepBallast } from "./store/sqlite/ballast.ts";
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
  logger: Logger = createLogger(config.logLevel),
): Promise<RunningProcess> {
  const lag = new LoopLag({
    clock: systemClock,
    onStalled: (lagMs) =>
      logger.warn(
        { lagMs: Math.round(lagMs) },
        "the event loop stood still; look for what computes",
      ),
  });
  const sagas = await loadSagas(config.machinesPath, load);
  const tell = logTelemetry(logger);
  const metrics = new Metrics();
  metrics.watchProcess();
  const runtime = await createRuntime({
    store: openSqlite(config.dbPath, { durability: config.durability }),
    sagas,
    leaseMs: config.leaseMs,
    retentionMs: config.retentionMs,
    freezeContext: config.freezeContext,
    telemetry: (event) => {
      tell(event);
      metrics.telemetry(event);
      if (event.kind === "fatal") onFatal();
    },
  });
  for (const { code, text } of runtime.warnings()) logger.warn({ code }, text);
  let stopping: Promise<void> | null = null;
  const server = buildServer({
    runtime,
    logger,
    metrics,
    machines: { machinesPath: config.machinesPath, isWritable: config.studioEdit },
    reasons: () => reasonsOf({ isStopping: stopping !== null, stallMs: lag.stallMs() }),
  });
  const stop = async (): Promise<void> => {
    lag.stop();
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
  lag.start();
  void setBallastAside(config, logger);

  const { address, port, family } = server.server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  logger.info({ url, db: config.dbPath, sagas: sagas.map(({ name }) => name) }, "listening");
  return { url, stop: () => (stopping ??= stop()) };
}

/** What the process itself has against being sent something. */
function reasonsOf({
  isStopping,
  stallMs,
}: {
  isStopping: boolean;
  stallMs: number | null;
}): readonly StoreRemark[] {
  const reasons: StoreRemark[] = [];
  if (isStopping) reasons.push({ code: "draining", text: "the process is stopping" });
  if (stallMs !== null) {
    const text = `the event loop stood still for ${Math.round(stallMs)} ms`;
    reasons.push({ code: "event-loop-stalled", text });
  }
  return reasons;
}

async function setBallastAside({ dbPath, ballastBytes }: Config, logger: Logger): Promise<void> {
  const facts = { path: ballastPath(dbPath), bytes: ballastBytes };
  try {
    const ballast = await keepBallast(dbPath, ballastBytes);
    if (ballast === "made") logger.info(facts, "set space aside for a full disk");
    if (ballast === "no-room") logger.warn(facts, "too little space is left to set any aside");
  } catch (error) {
    logger.warn({ ...facts, err: error }, "cannot set space aside for a full disk");
  }
}

/** How long those who wait when the store fails have to be answered, ms. Nothing else happens meanwhile. */
const LAST_ANSWERS_MS = 500;

/**
 * Runs until SIGTERM or SIGINT; a second signal does not wait. The exit code is 8 if the store failed, and 1 after an
 * error that nobody expected: what is in memory cannot be trusted then, and what is committed goes on in the next.
 */
export async function runProcess(
  config: Config,
  onStopped: () => Promise<void>,
  load?: LoadModule,
): Promise<void> {
  // Whatever it writes, backups of the file among it, is its owner's alone.
  process.umask(0o077);
  const logger = createLogger(config.logLevel);
  // A rejection that nobody handles comes here as well.
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "an error that nobody expected; the process ends");
    process.exit(exitCodes.failed);
  });
  const running = await startProcess(config, endSoon, load, logger);
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
      .then(
        () => process.exit(exitCodes.done),
        (error: unknown) => {
          logger.error({ err: error }, "could not stop in order; the next process goes on");
          process.exit(exitCodeOf(error));
        },
      );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

function endSoon(): void {
  systemClock.schedule(LAST_ANSWERS_MS, () => process.exit(exitCodes.store));
}
