/**
 * A process with sagas at work, to be traced or killed: `working-process.ts <folder> <full|relaxed>`. What it tells
 * the world it writes to the file `acks` of the folder.
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Durability } from "../../src/index.ts";
import { openForWork } from "./opened-for-work.ts";
import { work } from "./sagas-at-work.ts";

const [folder = "", durability = "full"] = process.argv.slice(2);
const acks = openSync(join(folder, "acks"), "a");
const opened = openForWork(join(folder, "sagas.db"), durability as Durability);
await work(opened, (said) => void writeSync(acks, `${JSON.stringify(said)}\n`));
