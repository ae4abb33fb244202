/** Settings of drizzle-kit: `generate` writes migrations, `studio` opens the database. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/store/sqlite/schema.ts",
  out: "./src/store/sqlite/migrations",
  dbCredentials: { url: process.env["SAGACHART_DB"] ?? "data/sagachart.db" },
  strict: true,
});
