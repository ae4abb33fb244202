/** The commands that speak to a server, against a real one. */
import { expect, onTestFinished, test } from "vitest";
import { setup } from "xstate";
import type { Shell } from "../../src/cli/shell.ts";
import { buildServer } from "../../src/http/server.ts";
import { activity, createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { defineBooking } from "../http/booking.ts";
import { json, sagachart } from "./shell-at-hand.ts";
import type { Run } from "./shell-at-hand.ts";

/** A saga whose only undo is refused until a person helps. */
const stubborn: AnySaga = defineSaga({
  name: "stubborn",
  version: 1,
  machine: setup({ actors: { undo: activity<object, void>() } }).createMachine({
    id: "stubborn",
    initial: "undoing",
    states: {
      undoing: {
        tags: "compensating",
        invoke: { id: "undo", src: "undo", input: {}, onDone: "undone", onError: "stuck" },
      },
      stuck: { tags: "stuck", on: { "saga.retry": "undoing", "saga.skip": "undone" } },
      undone: { type: "final", tags: "compensated" },
    },
  }),
  activities: { undo: () => Promise.reject<void>(new Error("refused")) },
});

interface Server {
  readonly run: (args: readonly string[], shell?: Partial<Shell>) => Promise<Run>;
}

/** By the real clock, as it also times the waiting and the streams of clients. */
async function listen(): Promise<Server> {
  const sagas = [defineBooking(), stubborn];
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas });
  const app = buildServer({ runtime });
  onTestFinished(async () => {
    const closed = app.close();
    // After a stream fetch opens a connection in store, which asks for nothing and never would be idle.
    app.server.closeAllConnections();
    await closed;
    await runtime.close({ graceMs: 0 });
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    run: (args, shell = {}) => sagachart(args, { environment: { SAGACHART_URL: url }, ...shell }),
  };
}

const SEATS = ["--input", '{"seats":2}'];

test("an instance is started, shown, sent to and found again", async () => {
  const { run } = await listen();

  const started = await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);
  const shown = await run(["show", "booking", "b-1", "--json"]);
  const sent = await run(["send", "booking", "b-1", "PAY", '{"cents":5}', "--json"]);
  const listed = await run(["list", "--state", "paying", "--json"]);

  expect(started).toEqual({
    code: 0,
    out: "booking/b-1  forward  waiting  revision 1\n",
    err: "",
  });
  expect(json(shown)).toMatchObject({ saga: "booking", id: "b-1", context: { seats: 2 } });
  expect(json(sent)).toMatchObject({ state: "paying", revision: 2 });
  expect(json(listed)).toMatchObject({ items: [{ id: "b-1", state: "paying" }], hasMore: false });
});

test("input comes from standard input, and from a file", async () => {
  const { run } = await listen();

  const piped = await run(["start-instance", "booking", "--id", "b-1", "--input", "-"], {
    readInput: () => Promise.resolve('{"seats":3}'),
  });
  const missing = await run(["start-instance", "booking", "--input", "@no-such-file.json"]);
  const broken = await run(["start-instance", "booking", "--input", "{seats"]);

  expect(piped.code).toBe(0);
  expect([missing.code, broken.code]).toEqual([2, 2]);
  expect(missing.err).toContain("no-such-file.json");
  expect(broken.err).toContain("SAGA_COMMAND_INVALID: --input is no JSON");
});

test("show --journal tells what an instance went through", async () => {
  const { run } = await listen();
  await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);
  await run(["send", "booking", "b-1", "CANCEL"]);

  const journal = await run(["show", "booking", "b-1", "--journal", "--json"]);
  const text = await run(["show", "booking", "b-1", "--journal"]);

  const entries = [
    { stateAfter: "waiting" },
    { event: { type: "CANCEL" }, stateAfter: "cancelled" },
  ];
  expect(json(journal)).toMatchObject({ journal: entries });
  expect(text.out).toMatch(/2 {4}\S+ +client +CANCEL +cancelled +compensated/);
});

test("operators' commands are journaled with who and why", async () => {
  const { run } = await listen();
  await run(["start-instance", "stubborn", "--id", "s-1", "--wait-for", "phase:stuck"]);

  const retried = await run(["retry", "stubborn", "s-1", "--reason", "the bank is back"]);
  await run(["show", "stubborn", "s-1"]);
  const stuck = await run(["list", "--phase", "stuck", "--phase", "compensating", "--json"]);
  const suspended = await run(["suspend", "stubborn", "s-1", "--reason", "look", "--by", "ann"]);
  const refused = await run(["skip", "stubborn", "s-1", "--reason", "done by hand"]);
  const resumed = await run(["resume", "stubborn", "s-1", "--reason", "seen"]);
  const journal = await run(["show", "stubborn", "s-1", "--journal", "--json"]);

  expect([retried.code, suspended.code, refused.code, resumed.code]).toEqual([0, 0, 4, 0]);
  expect((json(stuck) as { items: unknown[] }).items).toHaveLength(1);
  const { journal: entries } = json(journal) as { journal: { operation: object | null }[] };
  expect(entries.map(({ operation }) => operation).filter((each) => each !== null)).toEqual([
    { operation: "retry", by: "tess", reason: "the bank is back" },
    { operation: "suspend", by: "ann", reason: "look" },
    { operation: "resume", by: "tess", reason: "seen" },
  ]);
});

test("skip lets a stuck instance go on, and cancel turns one back that takes it", async () => {
  const { run } = await listen();
  await run(["start-instance", "stubborn", "--id", "s-1", "--wait-for", "phase:stuck"]);

  const skipped = await run(["skip", "stubborn", "s-1", "--reason", "done by hand", "--json"]);
  const cancelled = await run(["cancel", "booking", "b-0", "--reason", "none"]);

  expect(json(skipped)).toMatchObject({ phase: "compensated" });
  expect(cancelled.code).toBe(5);
});

test("tail tells committed events from a position on, one object a line", async () => {
  const { run } = await listen();
  await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);
  await run(["start-instance", "booking", "--id", "b-2", ...SEATS]);
  await run(["send", "booking", "b-1", "CANCEL"]);

  const all = await run(["tail", "--after", "0", "--limit", "3", "--json"]);
  const one = await run(["tail", "booking", "b-1", "--after", "0", "--limit", "2"]);

  const lines = all.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { instanceId: "b-1", stateAfter: "waiting" },
    { instanceId: "b-2", stateAfter: "waiting" },
    { instanceId: "b-1", event: { type: "CANCEL" } },
  ]);
  expect(one.out.trimEnd().split("\n")).toHaveLength(2);
});

test("Ctrl-C ends a tail as done, and anything else as interrupted", async () => {
  const { run } = await listen();
  await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);
  const stopping = new AbortController();
  const { signal } = stopping;

  // It has begun once it writes.
  const tailed = await run(["tail", "--after", "0"], { signal, write: () => stopping.abort() });
  const shown = await run(["show", "booking", "b-1"], { signal });

  expect([tailed.code, shown.code]).toEqual([0, 130]);
});

test.each([
  ["an unknown saga", ["show", "nothing", "x-1"], 5, "SAGA_NOT_FOUND"],
  ["an unknown instance", ["show", "booking", "x-1"], 5, "SAGA_INSTANCE_NOT_FOUND"],
  ["a bad input", ["start-instance", "booking", "--input", '{"seats":0}'], 4, "SAGA_INPUT_INVALID"],
  ["no server", ["list", "--url", "http://127.0.0.1:9"], 6, "SAGA_UNREACHABLE"],
  ["a bad address", ["list", "--url", "ftp://x"], 7, "SAGA_CONFIG_INVALID"],
  ["an unknown command", ["lst"], 2, "Did you mean list?"],
  ["an unknown option", ["list", "--phse", "stuck"], 2, "Did you mean --phase?"],
  ["a bad value", ["list", "--phase", "stcuk"], 2, "It is one of forward, retrying"],
  ["a missing reason", ["retry", "booking", "b-1"], 2, "--reason <text>"],
  ["a bad condition", ["start-instance", "booking", "--wait-for", "x"], 2, "phase:<phase>"],
])("the exit code tells of %s", async (_, args, code, told) => {
  const { run } = await listen();

  const failed = await run(args);

  expect(failed.code).toBe(code);
  expect(failed.err).toContain(told);
  expect(failed.out).toBe("");
});

test("a wait that is in vain ends as late, with what the instance was by then", async () => {
  const { run } = await listen();

  const late = await run([
    "start-instance",
    "booking",
    ...SEATS,
    "--wait-for",
    "phase:completed",
    "--timeout",
    "20",
  ]);

  expect(late.code).toBe(9);
  expect(late.err).toContain("SAGA_WAIT_TIMEOUT");
});

test("with --json an error is an object with its code and its facts", async () => {
  const { run } = await listen();
  await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);

  const refused = await run(["send", "booking", "b-1", "saga.retry", "--json"]);

  expect(refused.code).toBe(4);
  expect(JSON.parse(refused.err)).toMatchObject({
    error: { code: "SAGA_EVENT_NOT_ACCEPTED", details: { why: "not-in-this-state" } },
  });
});

test("a refused event is told with the events that are taken now", async () => {
  const { run } = await listen();
  await run(["start-instance", "booking", "--id", "b-1", ...SEATS]);

  const refused = await run(["send", "booking", "b-1", "saga.retry"]);

  expect(refused.err).toContain("takes now: BREAK, CANCEL, CRASH, FILL, LEAK, NOTE, PAY");
});

test("what an instance is called cannot move the cursor of a terminal", async () => {
  const { run } = await listen();
  const sent = await run(["start-instance", "booking", "--attribute", "a=\u001b[2J", ...SEATS]);
  const [, id = ""] = /booking\/(\S+)/.exec(sent.out) ?? [];

  const shown = await run(["show", "booking", id]);

  expect(shown.out).toContain("a=�[2J");
});
