/**
 * `npm start`: the server with its example sagas, and the shop that they call if there is no other.
 */
import { createShop } from "../machines/order/shop.ts";
import { loadConfig } from "../src/config.ts";
import { runProcess } from "../src/main.ts";

try {
  const config = loadConfig(process.env);
  const shop = config.shopUrl === null ? createShop() : null;
  if (shop !== null) {
    await shop.listen();
    // The order saga asks for the address at each call.
    process.env["SHOP_URL"] = shop.url();
    process.stderr.write(
      `the demo shop listens on ${shop.url()}; its ledger: ${shop.url()}/ledger\n`,
    );
  }
  await runProcess(config, async () => shop?.close());
} catch (error) {
  const code = error instanceof Error && "code" in error ? `${String(error.code)}: ` : "";
  process.stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
