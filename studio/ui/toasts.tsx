/** Short news at the edge of the page. Good ones go by themselves; bad ones stay until they are closed. */
import { signal } from "@preact/signals";
import { messageOf } from "../api/request.ts";
import { IconButton } from "./button.tsx";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
}

const SHOWN_MS = 5_000;
/** More would cover the page; the oldest go first. */
const TOASTS_MAX = 4;

const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

export function tell(text: string): void {
  const id = show("good", text);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function tellFailure(error: unknown): void {
  show("bad", messageOf(error));
}

function show(tone: Toast["tone"], text: string): number {
  const id = nextId++;
  toasts.value = [...toasts.value, { id, tone, text }].slice(-TOASTS_MAX);
  return id;
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast is-${tone}`}>
          <span aria-hidden="true">{tone === "good" ? "✓" : "✕"}</span>
          <p>{text}</p>
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
