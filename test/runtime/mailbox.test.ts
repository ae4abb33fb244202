import { expect, test } from "vitest";
import { MAILBOX_EVENTS_MAX, Mailboxes } from "../../src/runtime/mailbox.ts";
import { deferred } from "../fixtures/world.ts";

test("work of one address runs one after another, of several at once", async () => {
  const mailboxes = new Mailboxes();
  const gate = deferred<void>();
  const order: string[] = [];
  const work = (name: string, before?: Promise<void>) => async (): Promise<void> => {
    order.push(`${name} begins`);
    await before;
    order.push(`${name} ends`);
  };

  const posted = [
    mailboxes.post("a", work("a1", gate.promise)),
    mailboxes.post("a", work("a2")),
    mailboxes.post("b", work("b1")),
  ];
  await posted[2];
  gate.resolve();
  await Promise.all(posted);

  expect(order).toEqual(["a1 begins", "b1 begins", "b1 ends", "a1 ends", "a2 begins", "a2 ends"]);
});

test("work that throws tells its sender and lets the next go on, after it was told of", async () => {
  const order: string[] = [];
  const mailboxes = new Mailboxes((address) => order.push(`${address} failed`));

  const first = mailboxes.post("a", () => Promise.reject(new Error("first")));
  const second = mailboxes.post("a", () => {
    order.push("second");
    return Promise.resolve("second");
  });

  await expect(first).rejects.toThrow("first");
  expect(await second).toBe("second");
  expect(order).toEqual(["a failed", "second"]);
  await mailboxes.idle();
});

test(`more than ${MAILBOX_EVENTS_MAX} that wait for one address are refused, and the others are not`, async () => {
  const mailboxes = new Mailboxes();
  const gate = deferred<void>();
  const waiting = Array.from({ length: MAILBOX_EVENTS_MAX + 1 }, () =>
    mailboxes.post("a", () => gate.promise),
  );

  const tooMany = mailboxes.post("a", () => Promise.resolve());
  const elsewhere = mailboxes.post("b", () => Promise.resolve("taken"));

  await expect(tooMany).rejects.toMatchObject({ code: "SAGA_MAILBOX_FULL" });
  expect(await elsewhere).toBe("taken");
  gate.resolve();
  await Promise.all(waiting);
  await mailboxes.idle();
});
