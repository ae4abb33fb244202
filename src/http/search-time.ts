/** Reading times that a client gives: ISO 8601 with a zone, as RFC 3339 has it. */

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1\d|2[0-3]):[0-5]\d)$/;

/** Milliseconds since the Unix epoch, or null if the text is no time. */
export function fromIso(text: string): number | null {
  const [, year, month, day] = TIME.exec(text) ?? [];
  if (year === undefined) return null;
  // oxlint-disable eslint/no-restricted-globals -- it reads a time that it was given and asks for none
  const ms = Date.parse(text);
  // JavaScript takes February 30 for the second of March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate();
  // oxlint-enable eslint/no-restricted-globals
  return Number.isNaN(ms) || isDay !== Number(day) ? null : ms;
}
