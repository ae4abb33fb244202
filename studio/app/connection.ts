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
