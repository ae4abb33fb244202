/** Whether the server answers. Every request and stream tells, and a banner shows it. */
import { signal } from "@preact/signals";

/** `lost`: the last request or stream did not reach the server. */
export const connection = signal<"fine" | "lost">("fine");

let losses = 0;

export function noteLost(): void {
  losses += 1;
  connection.value = "lost";
}

/**
 * What to call when the answer to a request is there that is sent now. It says whether that tells anything: an
 * answer to what was sent before a loss does not.
 */
export function expectAnswer(): () => boolean {
  const before = losses;
  return () => {
    if (losses !== before) return false;
    connection.value = "fine";
    return true;
  };
}

/** Resolves when the server answers again; rejects when `abort` comes before. */
export function whenBack(abort?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = connection.subscribe((now) => {
      if (now !== "fine") return;
      // It may be so already, before `end` is there.
      queueMicrotask(() => end());
      resolve();
    });
    abort?.addEventListener("abort", () => {
      end();
      reject(abort.reason as Error);
    });
  });
}

/** How often a lost server is asked whether it is back. */
const PROBE_MS = 2_000;

async function probe(): Promise<void> {
  const answered = expectAnswer();
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  if (answer?.ok === true) answered();
}

// Not believed: a server on this machine answers without a network.
addEventListener("offline", noteLost);
addEventListener("online", () => void probe());
setInterval(() => {
  if (connection.peek() === "lost" && !document.hidden) void probe();
}, PROBE_MS);
