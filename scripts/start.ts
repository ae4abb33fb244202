/**
 * `npm start`: the server with its example sagas, and a demo of the services that they call where there are
 * no others.
 */
import { createServices } from "../machines/demo/services.ts";
import type { Demo } from "../machines/demo/demo.ts";
import { createShop } from "../machines/order/shop.ts";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { loadConfig } from "../src/config.ts";
import { runProcess } from "../src/main.ts";
import { buildStudio } from "./build-studio.ts";

try {
  const config = loadConfig(process.env);
  const demos: Demo[] = [];
  if (config.shopUrl === null) {
    const shop = await start("SHOP_URL", createShop());
    demos.push(shop);
    tell(`the demo shop listens on ${shop.url()}; its ledger: ${shop.url()}/ledger`);
  }
  if (config.servicesUrl === null) {
    const services = await start("SERVICES_URL", createServices());
    demos.push(services);
    tell(`the demo services listen on ${services.url()}; a ledger: ${services.url()}/trip/ledger`);
  }
  // Sagas run without it, and its page waits for it by itself.
  buildStudio().catch((error: unknown) => tell(`the Studio could not be built: ${String(error)}`));
  await runProcess(config, async () => {
    await Promise.all(demos.map((demo) => demo.close()));
  });
} catch (error) {
  const code = error instanceof Error && "code" in error ? `${String(error.code)}: ` : "";
  tell(`${code}${error instanceof Error ? error.message : String(error)}`);
  process.exit(exitCodeOf(error));
}

/** The sagas ask for the address in `variable` at each call. */
async function start(variable: string, demo: Demo): Promise<Demo> {
  process.env[variable] = await demo.listen();
  return demo;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
