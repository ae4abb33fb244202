/** A chart is had over HTTP in the format that is asked for, by `?format=` or by `Accept`. */
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { chartFormats } from "../../src/draw/formats.ts";
import { drawingOf } from "../../src/http/drawings.ts";
import { toChart } from "../../src/saga/chart.ts";
import { defineBooking, serve } from "./booking.ts";

test.each(Object.entries(chartFormats))(
  "format=%s answers as %s, and the second time the same",
  async (format, mediaType) => {
    const { app } = await serve();
    const url = `/sagas/booking?format=${format}`;

    const first = await app.inject(url);
    const second = await app.inject(url);

    expect([first.statusCode, first.headers["content-type"]]).toEqual([
      200,
      `${mediaType}; charset=utf-8`,
    ]);
    expect(first.payload).toContain("booking");
    expect(second.payload).toBe(first.payload);
  },
);

test("a chart is drawn once, and each saga's by itself", () => {
  const [one, other] = [toChart(defineBooking()), toChart(defineBooking())];

  expect(drawingOf(one, "model")).toBe(drawingOf(one, "model"));
  expect(drawingOf(other, "model")).not.toBe(drawingOf(one, "model"));
});

test("the SVG has lines, names its saga, and may load and run nothing", async () => {
  const { app } = await serve();

  const { headers, payload } = await app.inject("/sagas/booking?format=svg");

  expect(payload).toContain(`<title id="chart-title">Saga booking, version 1</title>`);
  expect(payload).toContain(`class="line"`);
  expect(headers["content-security-policy"]).toBe("default-src 'none'; style-src 'unsafe-inline'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

test("the JSON is a machine again", async () => {
  const { app } = await serve();

  const { payload } = await app.inject("/sagas/booking?format=json");

  expect(createMachine(JSON.parse(payload) as never).id).toBe("booking");
});

test("Accept decides where the query does not", async () => {
  const { app } = await serve();
  const typeFor = async (accept: string, query = ""): Promise<unknown> => {
    const { headers } = await app.inject({ url: `/sagas/booking${query}`, headers: { accept } });
    expect(headers["vary"]).toBe("accept");
    return headers["content-type"];
  };

  // What browsers send for a picture, and for a page.
  expect(await typeFor("image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8")).toMatch(/^image/);
  expect(await typeFor("text/html,application/xml;q=0.9,*/*;q=0.8")).toMatch(/^application\/json/);
  expect(await typeFor("application/json;q=0.1, application/scxml+xml;q=0.2")).toMatch(/scxml/);
  expect(await typeFor("text/vnd.mermaid;q=0, */*")).toMatch(/^application\/json/);
  expect(await typeFor("image/svg+xml", "?format=mermaid")).toMatch(/^text\/vnd\.mermaid/);
  expect(await typeFor("")).toMatch(/^application\/json/);
});

test.each(["png", "", "toString", "svg&format=svg"])(
  "format=%s is refused with the list of those that there are",
  async (format) => {
    const { app } = await serve();

    const response = await app.inject(`/sagas/booking?format=${format}`);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: "SAGA_REQUEST_INVALID",
      detail: "format is none of json, mermaid, model, scxml, svg; give one of these, once",
    });
  },
);

test("HEAD tells the type of a drawing, and sends none", async () => {
  const { app } = await serve();

  const { headers, payload } = await app.inject({
    method: "HEAD",
    url: "/sagas/booking?format=mermaid",
  });

  expect(headers["content-type"]).toMatch(/^text\/vnd\.mermaid/);
  expect(payload).toBe("");
});
