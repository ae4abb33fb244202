/** Runs the demo shop of `machines/order` alone, until SIGTERM or SIGINT; the first line it prints tells its URL. */
import { parseArgs } from "node:util";
import { createShop } from "../machines/order/shop.ts";

const USAGE = `Usage: tsx scripts/shop.ts [--port <number>]

Runs the demo shop (inventory, payments, shipping, notifications) on 127.0.0.1
and prints one line of JSON when it is ready: {"shop":"http://127.0.0.1:<port>"}

  --port <number>  0 to 65535; default 4010, 0 takes any free port
  --help           this text

machines/order/README.md tells how to make it fail.
`;

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4010" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }

  const shop = createShop();
  const url = await shop.listen(portOf(values.port));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void shop.close());
  }
  process.stdout.write(`${JSON.stringify({ shop: url })}\n`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Error(`--port ${JSON.stringify(text)} is not a port; give a number from 0 to 65535`);
  }
  return port;
}
