/** Restate: its server, from npm, in a folder of its own, and a handler of four steps in this process. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as restate from "@restatedev/restate-sdk";
import { order, runPeer } from "./run.mjs";

const STEPS = ["reserve", "charge", "ship", "notify"];
const START_MS_MAX = 30_000;
const program = fileURLToPath(new URL("node_modules/.bin/restate-server", import.meta.url));
// Apart from those of a server that may run here anyway.
const [INGRESS, ADMIN, NODE, HANDLER] = [28_080, 29_070, 25_122, 29_080];

const service = restate.service({
  name: "order",
  handlers: {
    async run(context) {
      for (const name of STEPS) await context.run(name, () => ({ id: `${name}-1` }));
    },
  },
});

await runPeer(async ({ folder }) => {
  const server = spawn(program, ["--base-dir", join(folder, "restate")], {
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${INGRESS}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ADMIN}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${NODE}`,
      RESTATE_LOG_FILTER: "error",
      DO_NOT_TRACK: "1",
    },
    stdio: "ignore",
    // A group of its own: npm's program starts the server as a child.
    detached: true,
  });
  const end = () => {
    if (server.pid === undefined) return;
    try {
      process.kill(-server.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", end);
  await restate.serve({ services: [service], port: HANDLER, logger: () => {} });
  await register();
  return {
    settings: "server's defaults: its log is synced before it acknowledges",
    async run(id) {
      const response = await fetch(`http://127.0.0.1:${INGRESS}/order/run`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": id },
        body: JSON.stringify(order),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`Restate answers ${response.status}: ${text}`);
    },
    close: end,
  };
});

/** As soon as the server answers. */
async function register() {
  const body = JSON.stringify({ uri: `http://127.0.0.1:${HANDLER}` });
  const request = { method: "POST", headers: { "content-type": "application/json" }, body };
  for (const begunAt = performance.now(); performance.now() - begunAt < START_MS_MAX;) {
    const response = await fetch(`http://127.0.0.1:${ADMIN}/deployments`, request).catch(
      () => null,
    );
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Restate is not ready after ${START_MS_MAX} ms`);
}
