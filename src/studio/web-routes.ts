/**
 * The web app at `/studio/`. Every path below it that is no file is the app itself, which knows its own deep
 * links. The app may load, run and ask for what comes from this server, and for nothing else.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import { bestCoding, readWebFiles } from "./web-files.ts";
import type { WebFile, WebFiles } from "./web-files.ts";

/** What the app may do: no inline script or style, no eval, no frame, no form that leaves, no other origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const A_YEAR_SECONDS = 31_536_000;

/** `onPage` hears that somebody opens the app. */
export function webRoutes(app: FastifyInstance, onPage: () => void): void {
  const options = { exposeHeadRoute: true };
  let files: WebFiles | null = null;
  // In a clone of the repository the build may come after the server.
  const known = (): WebFiles | null => (files ??= readWebFiles());

  app.get("/studio", options, async (_, reply) => reply.redirect(`${app.prefix}/studio/`, 308));
  app.get("/studio/*", options, async (request, reply) => {
    const { "*": path = "" } = request.params as { "*"?: string };
    const web = known();
    if (web === null) return sendNotBuilt(reply);
    const file = web.get(path);
    if (file !== undefined && path !== "index.html") return sendFile(file, { request, reply });
    if (/\.[a-z0-9]+$/.test(path) && path.startsWith("assets/")) {
      throw new SagaError("SAGA_ROUTE_NOT_FOUND", "the Studio has no such file; load it anew");
    }
    onPage();
    return sendFile(web.get("index.html") as WebFile, { request, reply });
  });
}

function sendFile(
  file: WebFile,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const coding = bestCoding(file, request.headers);
  const etag = `"${file.hash}-${coding}"`;
  void reply.headers({
    "content-type": file.mediaType,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": file.isImmutable ? `public, max-age=${A_YEAR_SECONDS}, immutable` : "no-cache",
    vary: "accept-encoding",
    etag,
    ...(coding !== "identity" && { "content-encoding": coding }),
  });
  const asked = request.headers["if-none-match"] ?? "";
  if (asked.split(/\s*,\s*/).some((one) => one.replace(/^W\//, "") === etag)) {
    return reply.code(304).send();
  }
  return reply.send(file.bodies.get(coding));
}

/** It looks again by itself: `npm start` builds it meanwhile. */
function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .headers({ "content-type": "text/html; charset=utf-8", refresh: "1", "retry-after": "1" })
    .send(
      Buffer.from(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sagachart Studio</title>` +
          `<p>The Studio is not built yet. <code>npm start</code> builds it; <code>npm run build</code> does too.</p></html>`,
      ),
    );
}
