/**
 * The built web app as it stands on disk: a handful of files, read once and served from memory. A path is looked
 * up in a map, so none can lead out of the folder.
 *
 * Files under `assets/` have a hash of their content in their name: whoever has one may keep it for ever.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { extname, join } from "node:path";
import { packagePath } from "../package.ts";

export interface WebFile {
  readonly mediaType: string;
  readonly isImmutable: boolean;
  /** By coding; `identity` is always there. */
  readonly bodies: ReadonlyMap<Coding, Buffer>;
  /** Strong, of the content; each coding has its own (RFC 9110, 8.8.3.3). */
  readonly hash: string;
}

type Coding = "br" | "gzip" | "identity";

/** The small ones first. */
const codings: readonly (readonly [Coding, string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
  ["identity", ""],
];

const mediaTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export type WebFiles = ReadonlyMap<string, WebFile>;

/** The files by their paths, such as `assets/main-1a2b.js`; null while there is no build. */
export function readWebFiles(folder = packagePath("dist/studio/web")): WebFiles | null {
  if (!existsSync(join(folder, "index.html"))) return null;
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Map(
    paths
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => extname(path) in mediaTypes)
      .map((path) => [path, readWebFile(folder, path)]),
  );
}

function readWebFile(folder: string, path: string): WebFile {
  const bodies = codings
    .map(([coding, ending]) => [coding, join(folder, path + ending)] as const)
    .filter(([, file]) => existsSync(file))
    .map(([coding, file]) => [coding, readFileSync(file)] as const);
  const plain = readFileSync(join(folder, path));
  return {
    mediaType: mediaTypes[extname(path)] ?? "application/octet-stream",
    isImmutable: path.startsWith("assets/"),
    bodies: new Map(bodies),
    hash: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
  };
}

/** The smallest of the codings that a client takes; those it gives no weight to count as refused. */
export function bestCoding({ bodies }: WebFile, headers: IncomingHttpHeaders): Coding {
  const accepted = new Set(
    (headers["accept-encoding"] ?? "")
      .split(",")
      .map((range) =>
        range
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/),
      )
      .filter(([, weight]) => weight === undefined || Number(weight.replace("q=", "")) > 0)
      .map(([name]) => name),
  );
  const found = codings.find(([coding]) => bodies.has(coding) && accepted.has(coding));
  return found?.[0] ?? "identity";
}
