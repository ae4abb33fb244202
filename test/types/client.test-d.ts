/** What must compile, and what must not, when a server is reached by the types of its sagas. */
import { expectTypeOf } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { AsJson } from "../../src/client/client.ts";
import type { complete as shopSaga } from "./define.test-d.ts";

const client = createClient<{ shop: typeof shopSaga }>({ baseUrl: "http://localhost:3000" });

export async function use(): Promise<void> {
  const instance = await client.start("shop", { id: "s-1", input: { cents: 1 } });
  expectTypeOf(instance.context).toEqualTypeOf<{ cents: number }>();
  expectTypeOf(instance.accepts[0]?.type).toEqualTypeOf<"PACKED" | "saga.cancel" | undefined>();
  await client.send("shop", "s-1", { type: "PACKED", parcelId: "p-1" }, { idempotencyKey: "e-1" });
  await client.waitFor("shop", "s-1", { phase: "completed" });
  for await (const entry of client.stream("shop", "s-1")) {
    expectTypeOf(entry.position).toEqualTypeOf<string>();
  }

  // @ts-expect-error -- there is no saga "shpo"
  await client.get("shpo", "s-1");
  // @ts-expect-error -- the input lacks its cents
  await client.start("shop", { input: {} });
  // @ts-expect-error -- there is no event "PACKT"
  await client.send("shop", "s-1", { type: "PACKT" });
  // @ts-expect-error -- the payload lacks its parcelId
  await client.send("shop", "s-1", { type: "PACKED" });
  // @ts-expect-error -- only the runtime tells a chart what its activities did
  await client.send("shop", "s-1", { type: "xstate.done.actor.charge", output: {} });
  // @ts-expect-error -- there is no phase "done"
  await client.waitFor("shop", "s-1", { phase: "done" });
  // @ts-expect-error -- an operation needs a reason
  await client.operate("shop", "s-1", { operation: "cancel" });
}

expectTypeOf<
  AsJson<{ at: Date; tags: Set<string>; by: Map<string, bigint>; more?: { n: number }[] }>
>().toEqualTypeOf<{
  at: string;
  tags: string[];
  by: [string, string][];
  more?: { n: number }[];
}>();
