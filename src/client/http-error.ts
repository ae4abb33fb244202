/** The one error of the client: what the server refused, or that it could not be reached. */

/** Code of an error that comes from no server: none was reached, however often it was tried. */
export const UNREACHABLE = "SAGA_UNREACHABLE";
/** Code of an answer that is no problem of ours, such as a proxy's. */
export const UNEXPECTED_ANSWER = "SAGA_UNEXPECTED_ANSWER";

export class SagaHttpError extends Error {
  /** Tells the cases apart; those of the server are listed in its `/docs/errors`. */
  readonly code: string;
  /** Of HTTP; 0 if there was no answer. */
  readonly status: number;
  /** The other members of the problem: `accepts` of a refused event, `issues` of a bad input. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    facts: {
      code: string;
      status: number;
      details?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    },
  ) {
    super(message, "cause" in facts ? { cause: facts.cause } : undefined);
    this.name = "SagaHttpError";
    this.code = facts.code;
    this.status = facts.status;
    this.details = facts.details ?? {};
  }
}

/** The error that an answer tells of (RFC 9457). */
export async function toHttpError(response: Response): Promise<SagaHttpError> {
  const text = await response.text().catch(() => "");
  const { code, detail, ...rest } = membersOf(text);
  if (typeof code !== "string") {
    return new SagaHttpError(`the server answered with status ${response.status}`, {
      code: UNEXPECTED_ANSWER,
      status: response.status,
    });
  }
  const { type: _, title: __, status: ___, ...details } = rest;
  const message = typeof detail === "string" ? detail : code;
  return new SagaHttpError(message, { code, status: response.status, details });
}

function membersOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
