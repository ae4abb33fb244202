/** Options that go before what the environment says: where the server listens, the database, the machines. */
import { Option } from "@commander-js/extra-typings";

type TextOption<Usage extends string> = Option<Usage, undefined, undefined, string>;

export const hostOption = (): TextOption<"--host <address>"> =>
  new Option("--host <address>", "address to listen on (HOST; else 127.0.0.1)");

export const portOption = (): TextOption<"--port <number>"> =>
  new Option("--port <number>", "port to listen on, 0 for a free one (PORT; else 3000)");

export const dbOption = (): TextOption<"--db <path>"> =>
  new Option("--db <path>", "the SQLite file (SAGACHART_DB; else data/sagachart.db)");

export const machinesOption = (): TextOption<"--machines <path>"> =>
  new Option("--machines <path>", "folder of the sagas (SAGACHART_MACHINES; else machines)");
