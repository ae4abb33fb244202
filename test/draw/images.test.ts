/** The pictures in the documentation show the charts as they are. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { chartFormats } from "../../src/draw/formats.ts";
import { LAYOUT_MS_MAX, STATES_DRAWN_MAX } from "../../src/draw/layout.ts";

const IMAGES = join("docs", "images");

test("docs/images is what `npm run draw` draws", { timeout: 240_000 }, () => {
  const to = mkdtempSync(join(tmpdir(), "draw-"));
  onTestFinished(() => rmSync(to, { recursive: true, force: true }));

  execFileSync("node_modules/.bin/tsx", ["scripts/draw.ts", "--to", to], { stdio: "pipe" });

  const drawn = readdirSync(to);
  const differ = drawn.filter((file) => {
    const path = join(IMAGES, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== readFileSync(join(to, file), "utf8");
  });
  // If it is not: `npm run draw`, and look at them.
  expect(differ).toEqual([]);
  expect(drawn.toSorted()).toEqual(
    readdirSync(IMAGES)
      .filter((file) => file.endsWith(".svg"))
      .toSorted(),
  );
});

test("its --help says what it does, and it does nothing then", () => {
  const help = execFileSync("node_modules/.bin/tsx", ["scripts/draw.ts", "--help"], {
    encoding: "utf8",
  });

  expect(help).toContain("Usage: npm run draw");
});

test("drawing.md lists each format with its media type, and the limits as they are", () => {
  const page = readFileSync(join("docs", "reference", "drawing.md"), "utf8");

  const listed = [...page.matchAll(/^\| `(\w+)` \| .+ \| `([\w./+]+)` \|$/gm)].map(
    ([, format, mediaType]) => [format, mediaType],
  );

  expect(Object.fromEntries(listed)).toEqual(chartFormats);
  expect(page).toContain(`more than ${STATES_DRAWN_MAX} states`);
  expect(page.replaceAll("\n", " ")).toContain(`longer than ${LAYOUT_MS_MAX / 1_000} seconds`);
});
