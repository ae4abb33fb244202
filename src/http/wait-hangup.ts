/**
 * Hang-ups: an answer that is waited for is of no use any more when its client has gone, and must not hold up a
 * server that closes. In both cases the waiting ends at once and leaves nothing behind.
 */
import { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { WaitOptions } from "../runtime/readers/wait-after.ts";
import { httpLimits } from "./limits.ts";
import type { Wait } from "./wait-query.ts";

/** What a request waits for, and until when at the latest. */
export type Patience = (wait: Wait | null, reply: FastifyReply) => WaitOptions;

export function watchHangups(app: FastifyInstance): Patience {
  const waiting = new Map<AbortController, FastifyReply>();
  let isClosing = false;

  app.addHook("preClose", (done) => {
    isClosing = true;
    for (const [controller, reply] of waiting) {
      // Or the connection stays open, idle, and the server waits for it.
      if (!reply.raw.headersSent) void reply.header("connection", "close");
      controller.abort();
    }
    done();
  });

  return (wait, reply) => {
    if (wait === null) return {};
    const controller = new AbortController();
    const { raw } = reply;
    if (isClosing || raw.destroyed) controller.abort();
    waiting.set(controller, reply);
    // After the answer it ends nothing.
    raw.once("close", () => {
      waiting.delete(controller);
      controller.abort();
    });
    // Silence on this connection is what was asked for. Node sets it back for the next request.
    if (raw.socket instanceof Socket) {
      raw.socket.setTimeout(wait.timeoutMs + httpLimits.connectionTimeoutMs);
    }
    return { ...wait, signal: controller.signal };
  };
}
