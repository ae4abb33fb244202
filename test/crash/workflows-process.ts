/** All workflows on one file behind HTTP, in a process that is there to be killed. What they do they tell the ledger. */
import type { AddressInfo } from "node:net";
import { buildServer, createRuntime, openSqlite } from "../../src/index.ts";
import { defineCarAuction } from "../fixtures/workflows/car-auction.ts";
import { defineCreditCheck } from "../fixtures/workflows/credit-check.ts";
import { defineInbox } from "../fixtures/workflows/inbox.ts";
import { definePatientMonitoring } from "../fixtures/workflows/patient-monitoring.ts";
import { defineProvisioning } from "../fixtures/workflows/provisioning.ts";
import type { Services } from "../fixtures/workflows/services.ts";
import { defineSignup } from "../fixtures/workflows/signup.ts";

const { LEDGER_URL = "", WORKFLOWS_DB = "" } = process.env;

const services: Services = {
  call:
    (call) =>
    async ({ idempotencyKey, input, params }) => {
      const { status } = await fetch(`${LEDGER_URL}/calls`, {
        method: "POST",
        body: JSON.stringify({
          kind: params === undefined ? "activity" : "action",
          call,
          idempotencyKey,
          facts: params ?? input,
        }),
      });
      if (status !== 204) throw new Error(`${call} was answered with ${status}`);
    },
  unread: async (inbox) => {
    const answer = await fetch(`${LEDGER_URL}/inboxes/${inbox}`);
    return (await answer.json()) as readonly number[];
  },
};

const runtime = await createRuntime({
  store: openSqlite(WORKFLOWS_DB),
  sagas: [
    defineCarAuction(services),
    defineCreditCheck(services),
    defineInbox(services),
    definePatientMonitoring(services),
    defineProvisioning(services),
    defineSignup(services),
  ],
  leaseMs: 1_500,
});
const server = buildServer({ runtime });
await server.listen({ host: "127.0.0.1", port: 0 });
process.once("SIGTERM", () => {
  void server
    .close()
    .then(() => runtime.close())
    .then(() => process.exit(0));
});
const { port } = server.server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
