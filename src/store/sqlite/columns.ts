/** Columns of a kind of our own, and columns as the names that writes bind their values by. */
import { getTableColumns, placeholder, sql, type SQL } from "drizzle-orm";
import { customType } from "drizzle-orm/sqlite-core";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** A placeholder for each column, under the name that the column has in the schema. */
export function boundColumns<T extends SQLiteTable>(
  table: T,
): Record<keyof T["_"]["columns"], SQL> {
  const bound = Object.entries(getTableColumns(table)).map(([name, column]) => [
    name,
    sql`${sql.param(placeholder(name), column)}`,
  ]);
  return Object.fromEntries(bound);
}

/** Drizzle's own would read whatever is not 1 as false, and a seal would hold for it. */
export function flag(name: string) {
  return customType<{ data: boolean; driverData: number }>({
    dataType: () => "integer",
    toDriver: (value) => (typeof value === "boolean" ? Number(value) : value),
    fromDriver: (kept) => (kept === 0 || kept === 1 ? kept === 1 : (kept as unknown as boolean)),
  })(name);
}
