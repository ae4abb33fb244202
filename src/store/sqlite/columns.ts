/** Columns as the names that writes bind their values by. */
import { getTableColumns, placeholder, sql, type SQL } from "drizzle-orm";
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
