/**
 * Seals: how a row that was damaged on the disk is known from one that was written so.
 *
 * SQLite checks the shape of its pages and nothing of their content: of 400 flipped bits it noticed nine. So each row
 * that something is done by carries a checksum of its columns (CRC-32, half a microsecond: it finds every single
 * flip), and each journal entry a hash of itself and of the entry before (SHA-256): none can be changed, left out or
 * exchanged without all later ones. Neither keeps anybody from forging who can write the file.
 */
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { getTableColumns } from "drizzle-orm";
import { integer } from "drizzle-orm/sqlite-core";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { InstanceKey } from "../store.ts";
import { writtenOut } from "./written-out.ts";

/**
 * The seal of the values of a row, given by the names of the columns in the schema, and of the instance that they
 * belong to: by its name, so that what is damaged in one row cannot give it the rows of another. `after`: what else it is of.
 */
export type Seal = (owner: InstanceKey | null, values: object, after?: string) => number;

/** The column that a seal is kept in. */
export function seal() {
  return integer("seal").notNull();
}

/** `open`: columns that are not sealed, since they are given by SQLite or written alone. */
export function sealOf(table: SQLiteTable, open: readonly string[]): Seal {
  const write = writerOf(table, [...open, "instance", "seal"]);
  return (owner, values, after = "") =>
    crc32((owner === null ? "" : chainStart(owner)) + write(values) + after);
}

/** Of the state of a child, which changes alone. */
export function sealOfState(state: string | null): number | null {
  // The same bytes may have become no text.
  return state === null ? null : typeof state === "string" ? crc32(state) : NaN;
}

/** The hash of a journal entry that follows on one with the hash `before`. */
export function chainOf(
  table: SQLiteTable,
  open: readonly string[],
): (before: string, values: object) => string {
  const write = writerOf(table, [...open, "instance", "hash"]);
  return (before, values) => hash("sha256", before + write(values), "base64url");
}

/** What the first entry of an instance follows on: so that no journal can be put in the place of another. */
export function chainStart({ saga, instanceId }: InstanceKey): string {
  return `${saga}/${instanceId}/`;
}

/** The values of a row as one text, as SQLite keeps them; two rows that differ have texts that differ. */
function writerOf(table: SQLiteTable, open: readonly string[]): (values: object) => string {
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table)).filter(
    ([name]) => !open.includes(name),
  );
  const pieces = columns.map(([name, { columnType }], index) => {
    const value = `values[${JSON.stringify(name)}]`;
    return keptAsIs.has(columnType) ? `piece(${value})` : `encoded(columns[${index}], ${value})`;
  });
  const needed = { columns: columns.map(([, column]) => column), piece, encoded };
  return writtenOut(`(values) => ${pieces.join(" + ")}`, needed) as (values: object) => string;
}

type Kept = string | number | null | undefined;

// Made once for most texts: a step seals some forty pieces.
const lengths = Array.from({ length: 256 }, (_, length) => `${length}:`);

function piece(kept: Kept): string {
  if (typeof kept !== "string") return kept === null ? "null;" : `${kept ?? "null"};`;
  return (lengths[kept.length] ?? `${kept.length}:`) + kept;
}

function encoded(column: SQLiteColumn, value: unknown): string {
  return piece(
    value === undefined || value === null ? null : (column.mapToDriverValue(value) as Kept),
  );
}

/** Columns whose values SQLite keeps as they are given. */
const keptAsIs: ReadonlySet<string> = new Set(["SQLiteText", "SQLiteInteger"]);
