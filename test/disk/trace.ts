/** What the disk shim recorded, in order. `disk-shim.c` has the format. */
import { readFileSync } from "node:fs";

const kinds = {
  C: "create",
  W: "write",
  T: "truncate",
  S: "sync",
  U: "unlink",
  R: "rename",
  A: "say",
} as const;

export interface Operation {
  /** `say`: the process told the world something. */
  readonly kind: (typeof kinds)[keyof typeof kinds];
  /** Name of the file; "" for the folder. */
  readonly name: string;
  /** Where a write begins; the length that a truncation leaves. */
  readonly offset: number;
  /** What is written, said, or the new name. */
  readonly bytes: Buffer;
}

const HEADER_BYTES = 15;

export function readTrace(path: string): readonly Operation[] {
  const trace = readFileSync(path);
  const operations: Operation[] = [];
  for (let at = 0; at < trace.length;) {
    const letter = String.fromCharCode(trace.readUInt8(at));
    const nameLength = trace.readUInt16LE(at + 1);
    const count = trace.readUInt32LE(at + 11);
    const nameAt = at + HEADER_BYTES;
    const bytesAt = nameAt + nameLength;
    const kind = kinds[letter as keyof typeof kinds];
    if (kind === undefined) throw new Error(`the trace has an operation "${letter}" at ${at}`);
    operations.push({
      kind,
      name: trace.toString("utf8", nameAt, bytesAt),
      offset: Number(trace.readBigUInt64LE(at + 3)),
      bytes: trace.subarray(bytesAt, bytesAt + count),
    });
    at = bytesAt + count;
  }
  return operations;
}
