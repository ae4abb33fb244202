/** Runs the demo shop of `machines/order` alone. */
import { runAlone } from "../machines/demo/run-alone.ts";
import { createShop } from "../machines/order/shop.ts";

await runAlone({
  name: "shop",
  about: `Runs the demo shop (inventory, payments, shipping, notifications)
that machines/order/README.md tells how to make fail,`,
  portDefault: 4010,
  create: createShop,
});
