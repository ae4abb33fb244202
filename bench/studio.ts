/**
 * The Studio while much happens: how many frames the live chart has, what it costs the server that somebody
 * watches, and how a chart of 300 states opens and is moved about.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { chromiumFlags, chromiumPath } from "../scripts/chromium.ts";
import type { Bench, BenchOptions, Findings } from "./harness/bench.ts";
import { buildWeb } from "./harness/built.ts";
import { startChild } from "./harness/child.ts";
import type { Child } from "./harness/child.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured, Samples } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { median, percentile } from "./harness/statistics.ts";
import { judge, notMeasured } from "./harness/targets.ts";
import type { LoadResult } from "./processes/load.ts";
import { courierId, nextBody } from "./subjects/couriers.ts";
import { jsonHeaders } from "./subjects/tickets.ts";

const COURIERS = 1_000;
const SMOKE_COURIERS = 20;
/** Each moves once a second. */
const EVENTS_PER_SECOND = 1_000;
const CONNECTIONS = 50;
const TURN_SECONDS = 2;
const SMOKE_SECONDS = 0.5;
/** 302 states and 601 transitions. */
const STEPS = 60;
const SMOKE_STEPS = 12;
/** How often the live chart asks while something moves. */
const ASK_MS = 500;
const PAN_MS = 2_000;
/** Events that one instance is watched through in a turn. */
const STEPS_WATCHED = 10;
const SMOKE_STEPS_WATCHED = 2;
const size = { width: 1_440, height: 900 };

export const studioBench: Bench = {
  name: "studio",
  summary: "the live chart of 1,000 instances that move, and a chart of 300 states",
  story:
    "1,000 instances get 1,000 events a second over HTTP, 50 connections, each moving its instance along another edge of a chart of 17 states. " +
    "In turn nobody watches; a client follows the stream and asks what the live chart asks, and draws nothing; or a headless Chromium without a " +
    "graphics card has the live chart open, unfolded, and gets what server and load leave over of two cores (SCHED_IDLE). The second is what a Studio costs the " +
    "server, the third what a browser on the same machine costs it as well. A frame is one call of requestAnimationFrame. " +
    "Without load a page is opened that the browser knows nothing of, and an instance is followed: from the time in its journal to the frame in " +
    "which the new state is active. The chart of 300 states and 600 transitions is opened folded by a server that has laid it out before, and panned by the wheel.",

  async run(options) {
    if (chromiumPath === null) {
      const names = ["studioFrames", "studioLatency", "studioOpen", "studioFollow"] as const;
      const verdicts = names.map(notMeasured);
      return { rows: [], verdicts, settings: {}, notes: ["Not measured: there is no Chromium."] };
    }
    buildWeb();
    const path = join(options.folder, "studio.db");
    const server = startChild(new URL("processes/studio-server.ts", import.meta.url));
    const load = startChild(new URL("processes/load.ts", import.meta.url));
    const browser = await chromium.launch({
      executablePath: idle(chromiumPath, options.folder),
      args: [...chromiumFlags],
    });
    try {
      const url = await server.call<string>("serve", {
        path,
        couriers: options.isSmoke ? SMOKE_COURIERS : COURIERS,
        steps: options.isSmoke ? SMOKE_STEPS : STEPS,
      });
      const turn: Turn = { browser, load, url, options };
      const samples = await alternate(options, {
        unwatched: () => measureLoad(turn),
        asked: () => measureAsked(turn),
        watched: () => measureWatched(turn),
        long: () => measureLong(turn),
        calm: () => measureCalm(turn),
      });
      await server.kill();
      return { ...toFindings(samples), settings: readSettings(path) };
    } finally {
      await Promise.all([browser.close(), server.kill(), load.kill()]);
    }
  },
};

interface Turn {
  readonly browser: Browser;
  readonly load: Child;
  readonly url: string;
  readonly options: BenchOptions;
}

async function measureLoad({ load, url, options }: Turn): Promise<Measured> {
  const couriers = options.isSmoke ? SMOKE_COURIERS : COURIERS;
  const result = await load.call<LoadResult>("load", {
    url,
    paths: Array.from(
      { length: couriers },
      (_, index) => `/sagas/courier/instances/${courierId(index)}/events`,
    ),
    body: nextBody,
    headers: jsonHeaders,
    connections: options.isSmoke ? 2 : CONNECTIONS,
    seconds: secondsOf(options),
    perSecond: EVENTS_PER_SECOND,
  });
  if (result.failed > 0) throw new Error(`${result.failed} events failed`);
  return { events: result.requestsPerSecond, p50: result.p50Ms, p99: result.p99Ms };
}

/** What the live chart asks of the server, by nobody who draws. */
async function measureAsked(turn: Turn): Promise<Measured> {
  const { url } = turn;
  const over = new AbortController();
  const { signal } = over;
  const read = async (path: string): Promise<void> => {
    const { body } = await fetch(url + path, { signal });
    for await (const part of body ?? []) void part;
  };
  const ended = (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
  const streaming = read("/stream?saga=courier&everyMs=100").catch(ended);
  const asking = setInterval(() => {
    void read("/instances/counts?saga=courier").catch(ended);
    void read("/instances?saga=courier&limit=50").catch(ended);
  }, ASK_MS);
  const loaded = await measureLoad(turn);
  clearInterval(asking);
  over.abort();
  await streaming;
  return loaded;
}

async function measureWatched(turn: Turn): Promise<Measured> {
  const page = await openPage(turn, "/m/courier");
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.locator("[data-state='courier.returning.resting']").waitFor();
  await page.locator(".count").first().waitFor();
  const [loaded, frames] = await Promise.all([
    measureLoad(turn),
    framesOf(page, secondsOf(turn.options) * 1_000),
  ]);
  await page.close();
  return { ...loaded, ...frames };
}

async function measureLong(turn: Turn): Promise<Measured> {
  const begunAt = performance.now();
  const page = await openPage(turn, "/m/long");
  const openMs = performance.now() - begunAt;
  await page.mouse.move(size.width / 3, size.height / 2);
  const panning = framesOf(page, turn.options.isSmoke ? 200 : PAN_MS);
  const pan = { isOver: false };
  const over = panning.finally(() => (pan.isOver = true));
  for (let count = 0; !pan.isOver; count += 1) {
    await page.mouse.wheel(0, count % 40 < 20 ? 60 : -60);
  }
  const { p95 } = await over;
  await page.close();
  return { open: openMs, p95: p95 ?? Number.NaN };
}

/** The Studio of somebody who is alone with it. */
async function measureCalm(turn: Turn): Promise<Measured> {
  const begunAt = performance.now();
  const page = await openPage(turn, "/m/courier");
  await page.locator(".chart-frame").press("f");
  const openMs = performance.now() - begunAt;
  await page.close();

  const followed = await openPage(turn, `/i/courier/${courierId(0)}`);
  await followed.locator(".leaf.is-active").waitFor();
  const tooks: number[] = [];
  for (
    let step = 0;
    step < (turn.options.isSmoke ? SMOKE_STEPS_WATCHED : STEPS_WATCHED);
    step += 1
  ) {
    tooks.push(await followed.evaluate<number>(FOLLOW));
  }
  await followed.close();
  return { open: openMs, follow: median(tooks), slowest: Math.max(...tooks) };
}

// As text, as below. Both times are of this machine's clock.
const FOLLOW = `(async () => {
  const active = () => [...document.querySelectorAll(".leaf.is-active")].map(({ dataset }) => dataset.state).join();
  const before = active();
  const answer = await fetch("/sagas/courier/instances/${courierId(0)}/events", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '${nextBody}',
  });
  const { updatedAt } = await answer.json();
  while (active() === before) await new Promise(requestAnimationFrame);
  return Date.now() - Date.parse(updatedAt);
})()`;

/** A page of the Studio whose chart is drawn. */
async function openPage({ browser, url }: Turn, path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  await page.goto(`${url}/studio${path}`);
  await page.locator("[data-state]").first().waitFor();
  return page;
}

/** Frames a second, and the time between two of them that 95 % keep within, ms. */
async function framesOf(page: Page, lastsMs: number): Promise<Measured> {
  const at = await page.evaluate<number[]>(FRAMES.replace("LASTS_MS", String(lastsMs)));
  const gaps = at.slice(1).map((now, index) => now - (at[index] ?? now));
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return { frames: (gaps.length / sum) * 1_000, p95: percentile(gaps, 0.95) };
}

// As text, since what runs this file gives functions a name by a function that the page has not.
const FRAMES = `new Promise((resolve) => {
  const at = [];
  const onFrame = (now) => {
    at.push(now);
    if (now - at[0] < LASTS_MS) requestAnimationFrame(onFrame);
    else resolve(at);
  };
  requestAnimationFrame(onFrame);
})`;

function toFindings(samples: Samples): Omit<Findings, "settings"> {
  const latency = (name: string, who: string, share: string) =>
    rowAgainst(
      row(`${name}: ${share}`, "ms", samples.of(who, share)),
      "nobody watches",
      samples.of("unwatched", share),
    );
  const frames = samples.of("watched", "frames");
  const [opened, followed] = [samples.of("calm", "open"), samples.of("calm", "follow")];
  const ratios = toRatio("", samples.of("asked", "p50"), samples.of("unwatched", "p50")).values;
  return {
    rows: [
      row("events beside a browser that draws", "/s", samples.of("watched", "events")),
      latency("events while a Studio's requests are answered", "asked", "p50"),
      latency("events while a Studio's requests are answered", "asked", "p99"),
      latency("events beside a browser that draws", "watched", "p50"),
      latency("events beside a browser that draws", "watched", "p99"),
      row("the live chart meanwhile: frames", "/s", frames),
      row("between two frames, p95", "ms", samples.of("watched", "p95")),
      row("the page until its chart takes a key", "ms", opened),
      row("a journal row until its chart shows it", "ms", followed),
      row("the slowest of ten", "ms", samples.of("calm", "slowest")),
      row("300 states: the page until it is drawn, folded", "ms", samples.of("long", "open")),
      row("300 states, panned: between two frames, p95", "ms", samples.of("long", "p95")),
    ],
    verdicts: [
      judge("studioFrames", frames),
      judge("studioLatency", ratios),
      judge("studioOpen", opened),
      judge("studioFollow", followed),
    ],
    notes: [],
  };
}

/**
 * A program that starts Chromium so that it gets what the server and the load leave over. Being nice would not do:
 * started by root, it gives its threads priorities of their own.
 */
function idle(path: string, folder: string): string {
  const wrapper = join(folder, "chromium");
  writeFileSync(wrapper, `#!/bin/sh\nexec chrt --idle 0 "${path}" "$@"\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}

function secondsOf({ isSmoke }: BenchOptions): number {
  return isSmoke ? SMOKE_SECONDS : TURN_SECONDS;
}
