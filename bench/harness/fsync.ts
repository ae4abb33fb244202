/** What the disk allows: commits of one row by raw statements, one fsync each, with the store's settings. */
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { withNewFile } from "./own-files.ts";
import type { Measured } from "./rounds.ts";
import { percentile } from "./statistics.ts";

/** `p50`: ms of one commit. `/s`: commits one after the other. */
export async function measureCommits(folder: string, count: number): Promise<Measured> {
  return withNewFile(folder, (path) => measure(path, count));
}

function measure(path: string, count: number): Measured {
  const client = openConnection(path);
  client.exec("CREATE TABLE IF NOT EXISTS bench_rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  const insert = client.prepare("INSERT INTO bench_rows (text) VALUES (?)");
  const text = "x".repeat(200);
  const tookMs: number[] = [];
  const begunAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const at = performance.now();
    insert.run(text);
    tookMs.push(performance.now() - at);
  }
  const seconds = (performance.now() - begunAt) / 1_000;
  client.close();
  return { p50: percentile(tookMs, 0.5), "/s": count / seconds };
}
