/** The Chromium that tests, benches and pictures drive: Debian's, so that nothing is downloaded. */
import { existsSync } from "node:fs";

/** Null if there is none: `apt-get install chromium`. */
export const chromiumPath =
  ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path)) ?? null;

/** It runs without a screen and a graphics card, as root too, and asks nobody for anything. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
