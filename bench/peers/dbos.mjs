/** DBOS Transact on Postgres: a workflow of four steps, started in the process that runs it, as its documentation does. */
import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";
import { order, runPeer } from "./run.mjs";

const STEPS = ["reserve", "charge", "ship", "notify"];
const POOL = 20;
const SCHEMA = `sagachart_bench_${process.pid}`;

const runOrder = DBOS.registerWorkflow(
  async () => {
    for (const name of STEPS) await DBOS.runStep(async () => ({ id: `${name}-1` }), { name });
  },
  { name: "order" },
);

await runPeer(async ({ url }) => {
  DBOS.setConfig({
    name: "sagachart-bench",
    systemDatabaseUrl: url,
    systemDatabaseSchemaName: SCHEMA,
    systemDatabasePoolSize: POOL,
    logLevel: "error",
    runAdminServer: false,
  });
  await DBOS.launch();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') ORDER BY name",
  );
  return {
    settings: [...rows.map(({ name, setting }) => `${name}=${setting}`), `pool of ${POOL}`].join(
      ", ",
    ),
    async run(workflowID) {
      const handle = await DBOS.startWorkflow(runOrder, { workflowID })(order);
      await handle.getResult();
    },
    async close() {
      await DBOS.shutdown();
      await client.query(`DROP SCHEMA "${SCHEMA}" CASCADE`);
      await client.end();
    },
  };
});
