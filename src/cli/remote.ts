/** What the commands have in common that speak to a running server. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { AnySaga } from "../saga/define.ts";
import { createClient } from "../client/client.ts";
import type { Client, Condition, Instance } from "../client/client.ts";
import { Transport } from "../client/transport.ts";
import type { TransportOptions } from "../client/transport.ts";
import { phases } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import type { Cli } from "./cli.ts";

/** The sagas of a server whose types nobody here knows. */
export type AnyClient = Client<Record<string, AnySaga>>;
export type AnyInstance = Instance;

export interface RemoteOptions {
  readonly url?: string;
  readonly header?: Readonly<Record<string, string>>;
}

export const urlOption = (): Option<"--url <url>", undefined, undefined, string> =>
  new Option("--url <url>", "where the server is (SAGACHART_URL; else as HOST and PORT say)");

export const headerOption = (): Option<
  "--header <name:value>",
  undefined,
  undefined,
  Readonly<Record<string, string>>
> =>
  new Option("--header <name:value>", "sent with each request; may be repeated").argParser(
    (value: string, before: Readonly<Record<string, string>> | undefined) => {
      const [, name, text] = /^([^:\s]+):\s*(.*)$/.exec(value) ?? [];
      if (name === undefined || text === undefined) {
        throw new InvalidArgumentError("Write it as name:value.");
      }
      return { ...before, [name]: text };
    },
  ) as never;

// A person waits for the answer; the client of a program may be more patient.
const RETRIES_MAX = 2;

function transportOptions(cli: Cli, options: RemoteOptions): TransportOptions {
  const { url } = cli.config({ SAGACHART_URL: options.url });
  return { baseUrl: url, retriesMax: RETRIES_MAX, headers: options.header ?? {} };
}

export function clientOf(cli: Cli, options: RemoteOptions): AnyClient {
  return createClient(transportOptions(cli, options));
}

/** For routes that the client has no call for. */
export function transportOf(cli: Cli, options: RemoteOptions): Transport {
  return new Transport(transportOptions(cli, options));
}

/** `phase:completed`, `state:a.b`, `tag:x`, `settled`. */
export function parseCondition(value: string): Condition {
  if (value === "settled") return { settled: true };
  const [, kind, text] = /^(phase|state|tag):(.+)$/s.exec(value) ?? [];
  if (text === undefined) {
    throw new InvalidArgumentError("Write phase:<phase>, state:<path>, tag:<tag> or settled.");
  }
  if (kind === "phase") return { phase: parsePhase(text) };
  return kind === "state" ? { state: text } : { tag: text };
}

export function parsePhase(value: string): Phase {
  const phase = phases.find((each) => each === value);
  if (phase === undefined) throw new InvalidArgumentError(`It is one of ${phases.join(", ")}.`);
  return phase;
}

/** A count or a number of ms, from 0. */
export function parseWhole(value: string): number {
  if (!/^\d{1,12}$/.test(value)) throw new InvalidArgumentError("It is a whole number from 0.");
  return Number(value);
}

/** A number of things, from 1. */
export function parseCount(value: string): number {
  const count = parseWhole(value);
  if (count === 0) throw new InvalidArgumentError("It is a whole number from 1.");
  return count;
}

/** `name=value`, may be repeated. */
export function parsePair(
  value: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (name === undefined || text === undefined) {
    throw new InvalidArgumentError("Write it as name=value.");
  }
  return { ...before, [name]: text };
}
