/**
 * The configuration: the environment, read once, checked as a whole, and frozen. Nothing else in `src/` reads
 * `process.env`.
 */
import { z } from "zod";
import { SagaError } from "./errors.ts";

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** More than this would be a part of the disk, and not a reserve. */
const BALLAST_BYTES_MAX = 1024 * 1024 * 1024;

/** A quarter of an hour: whoever started an instance must find how it ended. */
const RETENTION_DAYS_MIN = 0.01;
const RETENTION_DAYS_MAX = 36_500;
const DAY_MS = 86_400_000;

/** Every variable, with its default. `docs/reference/configuration.md` describes them; a test keeps it equal. */
export const configVariables = {
  /** Address to listen on. Any other than loopback opens the door to others: there is no login yet. */
  HOST: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on; 0 takes any free one. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  /** Path of the SQLite file; its folder is made if missing. */
  SAGACHART_DB: z.string().min(1).default("data/sagachart.db"),
  /** `relaxed` does not sync each commit: faster, and the loss of power loses acknowledged events. */
  SAGACHART_DURABILITY: z.enum(["full", "relaxed"]).default("full"),
  /** Bytes set aside beside the database, for an operator to free on a full disk; 0: none. */
  SAGACHART_BALLAST_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(BALLAST_BYTES_MAX)
    .default(33_554_432),
  /** Folder with one folder a saga. */
  SAGACHART_MACHINES: z.string().min(1).default("machines"),
  /** How long an attempt may be lost before another process makes it again, ms. */
  SAGACHART_LEASE_MS: z.coerce.number().int().min(100).max(3_600_000).default(30_000),
  /** Days after which an instance that has ended is deleted; unset: it is kept. */
  SAGACHART_RETENTION_DAYS: z.coerce
    .number()
    .min(RETENTION_DAYS_MIN)
    .max(RETENTION_DAYS_MAX)
    .optional(),
  /** Where the commands of `sagachart` find the server; unset: at `HOST` and `PORT`. */
  SAGACHART_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Address of the shop that the order saga calls; unset: a demo shop in this process. */
  SHOP_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Address of the services that the other example sagas call; unset: demo services in this process. */
  SERVICES_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether the Studio may write charts; unset: on this machine alone, and not in production. */
  SAGACHART_STUDIO_EDIT: z.enum(["on", "off"]).optional(),
  LOG_LEVEL: z.enum(levels).default("info"),
  /** `production` leaves out what only helps while a saga is written. */
  NODE_ENV: z.string().default("development"),
} as const;

const Environment = z.object(configVariables);

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dbPath: string;
  readonly durability: "full" | "relaxed";
  readonly ballastBytes: number;
  readonly machinesPath: string;
  readonly leaseMs: number;
  /** How long an ended instance is kept; null: for ever. */
  readonly retentionMs: number | null;
  /** Where commands find the server. */
  readonly url: string;
  readonly shopUrl: string | null;
  readonly servicesUrl: string | null;
  readonly logLevel: (typeof levels)[number];
  /** Whether an assign that changes its context throws. */
  readonly freezeContext: boolean;
  /** Whether the Studio may write the files of charts. */
  readonly studioEdit: boolean;
}

/** @throws {SagaError} SAGA_CONFIG_INVALID that names each bad variable, a misspelt `SAGACHART_*` among them. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is how a shell says "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const unknown = Object.keys(given).filter(
    (name) => name.startsWith("SAGACHART_") && !(name in configVariables),
  );
  const parsed = Environment.safeParse(given);
  const problems = [
    ...unknown.map((name) => `${name} is not a variable of sagachart`),
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) =>
        `${path.join(".")} is ${JSON.stringify(given[String(path[0])])}: ${message}`,
    ),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new SagaError("SAGA_CONFIG_INVALID", problems.join("; "), { details: { problems } });
  }
  const { data } = parsed;
  return Object.freeze({
    host: data.HOST,
    port: data.PORT,
    dbPath: data.SAGACHART_DB,
    durability: data.SAGACHART_DURABILITY,
    ballastBytes: data.SAGACHART_BALLAST_BYTES,
    machinesPath: data.SAGACHART_MACHINES,
    leaseMs: data.SAGACHART_LEASE_MS,
    retentionMs: retentionOf(data.SAGACHART_RETENTION_DAYS),
    url: data.SAGACHART_URL ?? urlOf(data.HOST, data.PORT),
    shopUrl: data.SHOP_URL ?? null,
    servicesUrl: data.SERVICES_URL ?? null,
    logLevel: data.LOG_LEVEL,
    freezeContext: data.NODE_ENV !== "production",
    studioEdit:
      data.SAGACHART_STUDIO_EDIT === undefined
        ? data.NODE_ENV !== "production" && isLoopback(data.HOST)
        : data.SAGACHART_STUDIO_EDIT === "on",
  });
}

/** The environment of this process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

function retentionOf(days: number | undefined): number | null {
  return days === undefined ? null : days * DAY_MS;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A server that listens on all addresses is found on this machine's own. */
function urlOf(host: string, port: number): string {
  const own = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${own.includes(":") ? `[${own}]` : own}:${port}`;
}
