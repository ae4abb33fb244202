/** Whether a request may write files: only where editing is allowed, and from no page of another origin. */
import type { FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";

/** @throws {SagaError} SAGA_STUDIO_READ_ONLY, SAGA_ORIGIN_REFUSED */
export function assertMayEdit({ headers }: FastifyRequest, mayEdit: boolean): void {
  if (!mayEdit) {
    throw new SagaError(
      "SAGA_STUDIO_READ_ONLY",
      "charts may not be edited here; start the server with SAGACHART_STUDIO_EDIT=on, on a machine of your own",
    );
  }
  const { origin, host } = headers;
  const site = headers["sec-fetch-site"];
  const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
  if (!isForeign && (origin === undefined || hostOf(origin) === host)) return;
  throw new SagaError("SAGA_ORIGIN_REFUSED", "the request comes from a page of another origin");
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
