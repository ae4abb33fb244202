/** The peers: where they are, what they run on, and how one of them is run once. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { execArgv, ownPeers, root } from "./built.ts";

const folder = join(root, "bench/peers");
const TURN_MS_MAX = 180_000;

export interface Peer {
  readonly name: string;
  /** The program in `peers/`, without its ending. */
  readonly program: string;
  /** Sagas in a turn: enough for some seconds. */
  readonly count: number;
  /** `ours`: on what this package has anyway; the others are installed into `peers/`, `newer` on the Node of there. */
  readonly runsOn: "ours" | "installed" | "newer";
  /** Given to the program beside the rest. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** It is measured only where this variable of the environment is set. */
  readonly needs?: string;
  /** The package whose version is told. */
  readonly packageName?: string;
}

export interface PeerResult {
  readonly sagas: number;
  readonly p50: number;
  readonly p99: number;
  readonly rss: number;
  readonly settings: string;
}

export interface PeerTurn {
  readonly count: number;
  readonly concurrency: number;
  /** Where the peer may put its files; each turn gets a folder of its own in it. */
  readonly within: string;
}

/** Installs the pinned versions into `peers/`, once. Nothing of it is a dependency of the product. */
export function installPeers(tell: (line: string) => void): void {
  if (existsSync(join(folder, "node_modules/ioredis"))) return;
  tell("installing the peers into bench/peers");
  const npm = (...words: string[]): void => {
    execFileSync("npm", words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  };
  // The peers share our driver, which is compiled already; of the others only Node has something to fetch.
  npm("ci", "--ignore-scripts", "--legacy-peer-deps");
  npm("rebuild", "node");
}

/** Runs a peer in a process of its own. @throws if it fails, or takes more than three minutes. */
export async function runPeer(peer: Peer, turn: PeerTurn): Promise<PeerResult> {
  const own = mkdtempSync(join(turn.within, `${peer.program}-`));
  const { count, concurrency } = turn;
  const warm = Math.ceil(count / 10);
  const url = peer.needs === undefined ? undefined : process.env[peer.needs];
  const options = { folder: own, count, warm, concurrency, url, ...peer.options };
  try {
    const { stdout } = await promisify(execFile)(
      peer.runsOn === "newer" ? join(folder, "node_modules/.bin/node") : process.execPath,
      [
        ...(peer.runsOn === "ours" ? execArgv : []),
        join(peer.runsOn === "ours" ? ownPeers : folder, `${peer.program}.mjs`),
        JSON.stringify(options),
      ],
      { cwd: folder, timeout: TURN_MS_MAX },
    );
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as PeerResult;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

export function versionOf({ packageName }: Peer): string | null {
  if (packageName === undefined) return null;
  const pinned = createRequire(import.meta.url)(join(folder, "package.json")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return pinned.dependencies[packageName] ?? null;
}
