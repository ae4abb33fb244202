/**
 * The configuration: the environment, read once, checked as a whole, and frozen. Nothing else in `src/` reads
 * `process.env`.
 */
import { SagaError } from "./errors.ts";
import { httpUrl, integer, number, oneOf, text } from "./variable.ts";
import type { Variable } from "./variable.ts";

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
  HOST: text("127.0.0.1"),
  /** Port to listen on; 0 takes any free one. */
  PORT: integer(0, 65_535, 3_000),
  /** Path of the SQLite file; its folder is made if missing. */
  SAGACHART_DB: text("data/sagachart.db"),
  /** `relaxed` does not sync each commit: faster, and the loss of power loses acknowledged events. */
  SAGACHART_DURABILITY: oneOf(["full", "relaxed"], "full"),
  /** Bytes set aside beside the database, for an operator to free on a full disk; 0: none. */
  SAGACHART_BALLAST_BYTES: integer(0, BALLAST_BYTES_MAX, 33_554_432),
  /** Folder with one folder a saga. */
  SAGACHART_MACHINES: text("machines"),
  /** How long an attempt may be lost before another process makes it again, ms. */
  SAGACHART_LEASE_MS: integer(100, 3_600_000, 30_000),
  /** Days after which an instance that has ended is deleted; unset: it is kept. */
  SAGACHART_RETENTION_DAYS: number(RETENTION_DAYS_MIN, RETENTION_DAYS_MAX),
  /** Where the commands of `sagachart` find the server; unset: at `HOST` and `PORT`. */
  SAGACHART_URL: httpUrl(),
  /** Address of the shop that the order saga calls; unset: a demo shop in this process. */
  SHOP_URL: httpUrl(),
  /** Address of the services that the other example sagas call; unset: demo services in this process. */
  SERVICES_URL: httpUrl(),
  /** Whether the Studio may write charts; unset: on this machine alone, and not in production. */
  SAGACHART_STUDIO_EDIT: oneOf(["on", "off"], null),
  LOG_LEVEL: oneOf(levels, "info"),
  /** `production` leaves out what only helps while a saga is written. */
  NODE_ENV: text("development"),
} as const;

type Values = {
  readonly [Name in keyof typeof configVariables]: (typeof configVariables)[Name]["unset"];
};

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
  const { values, problems: bad } = readValues(given);
  const problems = [...unknown.map((name) => `${name} is not a variable of sagachart`), ...bad];
  if (problems.length > 0) {
    throw new SagaError("SAGA_CONFIG_INVALID", problems.join("; "), { details: { problems } });
  }
  const { HOST: host, PORT: port, NODE_ENV: mode, SAGACHART_STUDIO_EDIT: edit } = values;
  const isProduction = mode === "production";
  return Object.freeze({
    host,
    port,
    dbPath: values.SAGACHART_DB,
    durability: values.SAGACHART_DURABILITY,
    ballastBytes: values.SAGACHART_BALLAST_BYTES,
    machinesPath: values.SAGACHART_MACHINES,
    leaseMs: values.SAGACHART_LEASE_MS,
    retentionMs: retentionOf(values.SAGACHART_RETENTION_DAYS),
    url: values.SAGACHART_URL ?? urlOf(host, port),
    shopUrl: values.SHOP_URL,
    servicesUrl: values.SERVICES_URL,
    logLevel: values.LOG_LEVEL,
    freezeContext: !isProduction,
    studioEdit: edit === null ? !isProduction && isLoopback(host) : edit === "on",
  });
}

/** The environment of this process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

function readValues(given: Readonly<Record<string, string | undefined>>): {
  values: Values;
  problems: readonly string[];
} {
  const problems: string[] = [];
  const values = Object.entries<Variable<unknown>>(configVariables).map(([name, variable]) => {
    const set = given[name];
    if (set === undefined) return [name, variable.unset];
    const value = variable.read(set);
    if (value === undefined) {
      problems.push(`${name} is ${JSON.stringify(set)} and must be ${variable.wanted}`);
    }
    return [name, value];
  });
  // Whole if nothing was wrong, and of no use otherwise.
  return { values: Object.fromEntries(values) as Values, problems };
}

function retentionOf(days: number | null): number | null {
  return days === null ? null : days * DAY_MS;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A server that listens on all addresses is found on this machine's own. */
function urlOf(host: string, port: number): string {
  const own = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${own.includes(":") ? `[${own}]` : own}:${port}`;
}
