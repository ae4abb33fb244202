/** Whether the server answers. Every request and stream tells, and a banner shows it. */
import { signal } from "@preact/signals";

/** `lost`: the last request or stream did not reach the server. */
export const connection = signal<"fine" | "lost">("fine");

export function noteReached(): void {
  connection.value = "fine";
}

export function noteLost(): void {
  connection.value = "lost";
}

addEventListener("offline", noteLost);

/** How often a lost server is asked whether it is back. */
const PROBE_MS = 2_000;

async function probe(): Promise<void> {
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  if (answer?.ok === true) noteReached();
}

setInterval(() => {
  if (connection.peek() === "lost" && !document.hidden) void probe();
}, PROBE_MS);
