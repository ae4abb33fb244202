/**
 * A process that sells for ever, four at a time, and writes a line to its output for each sale that it knows of.
 * Each sale is a row of the shop's own and the end of a saga, made in one commit.
 */
import { writeSync } from "node:fs";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { createSales, defineSale } from "../fixtures/sale.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("give the path of a database");

const saga = defineSale();
const runtime = await createRuntime({
  store: openSqlite(path, { setup: createSales }),
  sagas: [saga],
});

async function sellForEver(seller: number): Promise<never> {
  for (let count = 1; ; count++) {
    const instanceId = `${process.pid}-${seller}-${count}`;
    await runtime.start(saga, { instanceId, input: { saleId: instanceId } });
    await runtime.waitFor(saga, instanceId, { state: "sold" });
    writeSync(1, `${instanceId}\n`);
  }
}

await Promise.all([1, 2, 3, 4].map(sellForEver));
