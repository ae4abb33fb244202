/**
 * A disk whose power fails: what is on it afterwards, at worst. It keeps what was synced; of all that was written
 * since, it has kept nothing, or everything, or the first of it, or any sectors of any of it. A file's name is kept
 * once its folder is synced, as POSIX has it and no more.
 */
import type { Operation } from "./trace.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

export const survivals = ["none", "all", "prefix", "sectors"] as const;

/** What survives of all that was not synced yet. */
export type Survival = (typeof survivals)[number];

/** Contents by name. */
export type Image = ReadonlyMap<string, Buffer>;

interface File {
  content: Buffer;
}

type Change =
  | { readonly kind: "write"; readonly file: File; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly file: File; readonly length: number }
  /** What its name stands for afterwards; null: nothing. A renaming changes two, whole or not at all. */
  | { readonly kind: "name"; readonly names: readonly (readonly [string, File | null])[] };

type ContentChange = Exclude<Change, { kind: "name" }>;

export class FailingDisk {
  /** As a running process sees them. */
  readonly #names = new Map<string, File>();
  /** As they are on the disk for sure; the contents of files too. */
  readonly #durableNames = new Map<string, File>();
  #unsynced: Change[] = [];

  apply({ kind, name, offset, bytes }: Operation): void {
    switch (kind) {
      case "create":
        if (!this.#names.has(name)) this.#rename([[name, { content: Buffer.alloc(0) }]]);
        return;
      case "unlink":
        this.#rename([[name, null]]);
        return;
      case "rename":
        this.#rename([
          [name, null],
          [bytes.toString(), this.#file(name)],
        ]);
        return;
      case "write":
        this.#unsynced.push({ kind, file: this.#file(name), offset, bytes });
        return;
      case "truncate":
        this.#unsynced.push({ kind, file: this.#file(name), length: offset });
        return;
      case "sync":
        this.#sync(name);
        return;
      case "say":
    }
  }

  /** What is found when the power is back. */
  image(survival: Survival, random: () => number): Image {
    const names = new Map(this.#durableNames);
    const changes = new Map<File, ContentChange[]>();
    for (const change of this.#surviving(survival, random)) {
      if (change.kind === "name") setNames(names, change);
      else changes.set(change.file, [...(changes.get(change.file) ?? []), change]);
    }
    return new Map(
      [...names].map(([name, file]) => [name, changed(file.content, changes.get(file) ?? [])]),
    );
  }

  #rename(names: readonly (readonly [string, File | null])[]): void {
    const change = { kind: "name", names } as const;
    setNames(this.#names, change);
    this.#unsynced.push(change);
  }

  #file(name: string): File {
    const file = this.#names.get(name);
    if (file !== undefined) return file;
    throw new Error(`the trace writes to "${name}", which it did not create`);
  }

  #sync(name: string): void {
    const file = name === "" ? null : this.#file(name);
    const isSynced = (change: Change): boolean =>
      file === null ? change.kind === "name" : change.kind !== "name" && change.file === file;
    const synced = this.#unsynced.filter(isSynced);
    for (const change of synced) if (change.kind === "name") setNames(this.#durableNames, change);
    const contents = synced.filter((change) => change.kind !== "name");
    if (file !== null) file.content = changed(file.content, contents);
    this.#unsynced = this.#unsynced.filter((change) => !isSynced(change));
  }

  #surviving(survival: Survival, random: () => number): readonly Change[] {
    switch (survival) {
      case "none":
        return [];
      case "all":
        return this.#unsynced;
      case "prefix":
        return this.#unsynced.slice(0, Math.floor(random() * (this.#unsynced.length + 1)));
      case "sectors":
        return this.#unsynced.flatMap(toSectors).filter(() => random() < 0.5);
    }
  }
}

function setNames(names: Map<string, File>, change: Change & { kind: "name" }): void {
  for (const [name, file] of change.names) {
    if (file === null) names.delete(name);
    else names.set(name, file);
  }
}

/** A copy with the changes made in their order. */
function changed(content: Buffer, changes: readonly ContentChange[]): Buffer {
  if (changes.length === 0) return content;
  const ends = changes.map((change) =>
    change.kind === "truncate" ? change.length : change.offset + change.bytes.length,
  );
  const copy = Buffer.alloc(Math.max(content.length, ...ends));
  content.copy(copy);
  let length = content.length;
  for (const change of changes) {
    if (change.kind === "truncate") {
      copy.fill(0, change.length);
      length = change.length;
    } else {
      change.bytes.copy(copy, change.offset);
      length = Math.max(length, change.offset + change.bytes.length);
    }
  }
  return copy.subarray(0, length);
}

function toSectors(change: Change): readonly Change[] {
  if (change.kind !== "write") return [change];
  const { offset, bytes } = change;
  const parts: Change[] = [];
  for (let from = 0; from < bytes.length;) {
    const next = (Math.floor((offset + from) / SECTOR_BYTES) + 1) * SECTOR_BYTES - offset;
    parts.push({ ...change, offset: offset + from, bytes: bytes.subarray(from, next) });
    from = next;
  }
  return parts;
}
