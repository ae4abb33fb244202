/**
 * Trace context as other systems hand it on: W3C Trace Context, https://www.w3.org/TR/trace-context/.
 *
 * A `traceparent` comes in with a start or an event and goes out with the activities that follow from it. It
 * is handed on as it came: the runtime takes part in a trace, but writes no spans of its own.
 */

// Section 3.2.2. The version ff and ids of zeros only are invalid. What a later version adds comes after a hyphen.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/**
 * The `traceparent` in version 00, which is what may be handed on; null if there is none that is valid. A bad
 * one is no error: it is to be ignored (section 3.2.4).
 */
export function readTraceparent(header: unknown): string | null {
  const fields = typeof header === "string" ? TRACEPARENT.exec(header) : null;
  if (fields === null) return null;
  const [whole, version, traceId, parentId, flags = "00", more] = fields;
  if (version === "00") return more === undefined ? whole : null;
  // Of a version that is not known yet these fields may be used, and of the flags only the one that is known.
  const sampled = Number.parseInt(flags, 16) & SAMPLED;
  return `00-${traceId}-${parentId}-0${sampled}`;
}

/** The trace that a `traceparent` of ours belongs to. */
export function traceIdOf(traceparent: string | null): string | null {
  return traceparent === null ? null : (traceparent.split("-")[1] ?? null);
}

/** The trace that a decision belongs to: its event's own, else that of the start. */
export function traceparentOf(
  { traceparent }: { readonly traceparent?: string | null },
  origin: { readonly traceparent: string | null },
): string | null {
  return traceparent ?? origin.traceparent;
}
