/**
 * What the browser tests stand on: one Chromium and one server for each file, and pages that tell what went wrong
 * in them: errors, broken rules of the content security policy, and requests to anywhere else.
 */
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { buildStudio } from "../../scripts/build-studio.ts";
import { chromiumFlags, chromiumPath } from "../../scripts/chromium.ts";
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { AnySaga, Runtime } from "../../src/index.ts";
import { buildServer } from "../../src/http/server.ts";
import type { ServerOptions } from "../../src/http/server.ts";

export interface VisitOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly isCalm?: boolean;
  readonly forcedColors?: boolean;
  /** Another page of the same browser: this one is a tab beside it. Else it knows nothing of other pages. */
  readonly beside?: Page;
}

export interface World {
  readonly runtime: Runtime;
  readonly url: string;
  readonly browser: Browser;
  /** Opens a page of the Studio, such as `/m/order`; it is closed with the test. */
  visit(path: string, options?: VisitOptions): Promise<Page>;
}

/** Far longer than a page takes, also where others work beside it. */
const PATIENCE_MS = 90_000;

/** Starts the server of a test file with these sagas; what it gives is there when the tests run. */
export function useStudio(sagas: readonly AnySaga[], machines?: ServerOptions["machines"]): World {
  const made: { runtime?: Runtime; url?: string; browser?: Browser } = {};
  const pages: { page: Page; troubles: string[] }[] = [];
  let close = async (): Promise<void> => {};

  beforeAll(async () => {
    if (chromiumPath === null) throw new Error("no Chromium: apt-get install chromium");
    await buildStudio();
    const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas });
    const app = buildServer({ runtime, ...(machines !== undefined && { machines }) });
    await app.listen({ port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: [...chromiumFlags],
    });
    Object.assign(made, { runtime, browser, url: `http://127.0.0.1:${port}` });
    close = async () => {
      await browser.close();
      await app.close();
      await runtime.close({ graceMs: 0 });
    };
  }, PATIENCE_MS);
  afterEach(async () => {
    const opened = pages.splice(0);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    expect(opened.flatMap(({ troubles }) => troubles)).toEqual([]);
  });
  afterAll(() => close());

  const there = <Name extends keyof typeof made>(name: Name): NonNullable<(typeof made)[Name]> => {
    const value = made[name];
    if (value === undefined) throw new Error(`${name} is there in tests only`);
    return value;
  };
  return {
    get runtime() {
      return there("runtime");
    },
    get url() {
      return there("url");
    },
    get browser() {
      return there("browser");
    },
    visit: async (path, options = {}) => {
      const page = await openPage(there("browser"), options);
      page.setDefaultTimeout(PATIENCE_MS);
      pages.push({ page, troubles: watched(page, there("url")) });
      await page.goto(`${there("url")}/studio${path}`);
      await page.locator(".head").waitFor();
      return page;
    },
  };
}

async function openPage(browser: Browser, options: VisitOptions): Promise<Page> {
  const { theme = "light", width = 1440, height = 900, isCalm = true, beside } = options;
  if (beside !== undefined) return beside.context().newPage();
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: isCalm ? "reduce" : "no-preference",
    forcedColors: options.forcedColors === true ? "active" : "none",
  });
  return context.newPage();
}

/** What goes wrong on a page from now on. */
function watched(page: Page, origin: string): string[] {
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`threw: ${error.stack ?? error.message}`));
  // Broken rules of the policy come this way too.
  page.on("console", (message) => {
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    const isOwn = url.startsWith(`${origin}/`) || /^(?:data|blob):/.test(url);
    if (!isOwn) troubles.push(`asked for ${url}`);
  });
  return troubles;
}
