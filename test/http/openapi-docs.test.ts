/** The pages for people show all of the contract, and load, run and send nothing. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { errorStatus } from "../../src/errors.ts";
import { routes } from "../../src/http/contract/openapi-table.ts";
import { defineSaga } from "../../src/index.ts";
import { serve } from "./booking.ts";

test("the page tells each route, each saga and each event", async () => {
  const { app } = await serve();

  const { statusCode, headers, payload } = await app.inject("/docs");

  expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  for (const { method, path, summary } of routes) {
    expect(payload).toContain(`<span class="method">${method}</span>${path}</code>`);
    expect(payload).toContain(summary.replaceAll("'", "&#39;"));
  }
  for (const name of ["booking", "PAY", "CANCEL", "saga.retry"]) {
    expect(payload).toContain(`<code>${name}</code>`);
  }
});

test("the page of errors has the place that each problem's type points at", async () => {
  const { app } = await serve();

  const { payload } = await app.inject("/docs/errors");

  for (const [code, status] of Object.entries(errorStatus)) {
    expect(payload).toContain(`id="${code.toLowerCase()}"><h2><code>${code}</code>`);
    expect(payload).toContain(`<span class="none">${status}</span>`);
  }
});

test.each(["/docs", "/docs/errors"])(
  "%s may load and run nothing but its own sheet",
  async (url) => {
    const { app } = await serve();

    const { headers, payload } = await app.inject(url);

    const sheet = /<style>(.*?)<\/style>/s.exec(payload)?.[1] ?? "";
    const hash = createHash("sha256").update(sheet).digest("base64");
    expect(headers["content-security-policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(payload).not.toMatch(
      /<script|<link|<img|https?:\/\/(?!json-schema\.org)|style="|\son\w+="/,
    );
  },
);

test("what an author names in a chart is text, not markup", async () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  const machine = createMachine({
    initial: "a",
    states: {
      a: { tags: "forward", on: { [evil]: "b" } },
      b: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({ name: "odd", version: 1, machine, activities: {} });
  const { app } = await serve({ sagas: [saga] });

  const { payload } = await app.inject("/docs");

  expect(payload).not.toContain("<img");
  expect(payload).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
});
