/** The machine and the versions that figures were measured on. */
import { readFileSync, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, tmpdir, totalmem } from "node:os";
import Database from "better-sqlite3";

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly fileSystem: string;
  readonly node: string;
  readonly sqlite: string;
  /** By the name of the package. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The packages that what is measured is made of. */
const PACKAGES = ["xstate", "better-sqlite3", "drizzle-orm", "fastify", "autocannon"];

// By the magic numbers of Linux, statfs(2).
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef_53: "ext4",
  0x01_02_19_94: "tmpfs",
  0x91_23_68_3e: "btrfs",
  0x58_46_53_42: "xfs",
  0x79_4c_76_30: "overlayfs",
};

export function describeMachine(): Machine {
  const database = new Database(":memory:");
  const sqlite = String(database.prepare("SELECT sqlite_version()").pluck().get());
  database.close();
  return {
    processor: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    fileSystem: FILE_SYSTEMS[statfsSync(tmpdir()).type] ?? "unknown",
    node: process.version,
    sqlite,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

export function machineLine(machine: Machine): string {
  const { processors, processor, memoryGib, system, fileSystem, node, sqlite } = machine;
  const packages = Object.entries(machine.packages).map((entry) => entry.join(" "));
  return [
    `${processors} × ${processor}, ${memoryGib} GiB, ${system}, ${fileSystem}`,
    `Node ${node}, SQLite ${sqlite}, ${packages.join(", ")}`,
  ].join("; ");
}

function versionOf(name: string): string {
  // Not every package exports its own package.json, so it is read as a file.
  const require = createRequire(import.meta.url);
  const folder = require.resolve.paths(name)?.find((path) => exists(`${path}/${name}`));
  const text = folder === undefined ? "{}" : readFileSync(`${folder}/${name}/package.json`, "utf8");
  return (JSON.parse(text) as { version?: string }).version ?? "unknown";
}

function exists(path: string): boolean {
  try {
    readFileSync(`${path}/package.json`);
    return true;
  } catch {
    return false;
  }
}
