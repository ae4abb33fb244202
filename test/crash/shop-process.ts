/**
 * The shop in a process of its own, which nobody kills. Without tombstones: a charge that arrives after its
 * refund stays, so that undoing too early shows.
 */
import { createShop } from "../../machines/order/shop.ts";

const shop = createShop({ tombstones: false });
process.stdout.write(`${JSON.stringify({ url: await shop.listen() })}\n`);
