/**
 * A queue in Postgres as one writes it by hand, and as absurd does: a row for each saga, taken with SKIP LOCKED, and
 * each step's result in a transaction of its own. Rows are taken many at a time; nobody polls while something is due.
 */
import pg from "pg";
import { createWaiting, order, runPeer } from "./run.mjs";

const STEPS = ["reserve", "charge", "ship", "notify"];
const CONNECTIONS = 10;
const TAKEN_AT_ONCE = 10;
const TABLE = `sagachart_bench_${process.pid}`;

const TAKE = `UPDATE ${TABLE} SET locked_until = now() + interval '30 s'
  WHERE id IN (SELECT id FROM ${TABLE} WHERE step < ${STEPS.length} AND locked_until < now()
    ORDER BY created LIMIT ${TAKEN_AT_ONCE} FOR UPDATE SKIP LOCKED)
  RETURNING id, step`;
const KEEP = `UPDATE ${TABLE} SET step = step + 1, results = results || $2::jsonb, locked_until = '-infinity'
  WHERE id = $1`;

await runPeer(async ({ url }) => {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const waiting = createWaiting();
  await pool.query(
    `CREATE TABLE ${TABLE} (id text PRIMARY KEY, step int NOT NULL DEFAULT 0, results jsonb NOT NULL DEFAULT '[]',
      input jsonb NOT NULL, locked_until timestamptz NOT NULL DEFAULT '-infinity', created bigserial)`,
  );
  await pool.query(`CREATE INDEX ON ${TABLE} (created) WHERE step < ${STEPS.length}`);
  const { rows } = await pool.query(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') ORDER BY name",
  );
  const closing = new AbortController();
  const sleeping = new Set();
  const wakeAll = () => {
    for (const wake of sleeping) wake();
    sleeping.clear();
  };
  const work = async () => {
    while (!closing.signal.aborted) {
      const taken = (await pool.query({ name: "take", text: TAKE })).rows;
      if (taken.length === 0) await new Promise((resolve) => sleeping.add(resolve));
      for (const { id, step } of taken) {
        const result = JSON.stringify([{ id: `${STEPS[step]}-1` }]);
        await pool.query({ name: "keep", text: KEEP, values: [id, result] });
        if (step + 1 === STEPS.length) waiting.over(id);
      }
    }
  };
  const beat = setInterval(wakeAll, 5);
  const workers = Array.from({ length: CONNECTIONS - 2 }, work);
  return {
    settings: rows.map(({ name, setting }) => `${name}=${setting}`).join(", "),
    async run(id) {
      const over = waiting.for(id);
      const text = `INSERT INTO ${TABLE} (id, input) VALUES ($1, $2)`;
      await pool.query({ name: "start", text, values: [id, JSON.stringify(order)] });
      await over;
    },
    async close() {
      closing.abort();
      wakeAll();
      await Promise.all(workers);
      clearInterval(beat);
      await pool.query(`DROP TABLE ${TABLE}`);
      await pool.end();
    },
  };
});
