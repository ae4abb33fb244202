/** What a place shows that has nothing to show: it is empty, it loads, or something went wrong. */
import type { ComponentChildren } from "preact";
import { messageOf } from "../api/request.ts";
import { Button } from "./button.tsx";

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="message">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="message is-loading" role="status">
      <span class="spinner" aria-hidden="true" />
      Loading {what}…
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div class="message is-failure" role="alert">
      <h2>That did not work</h2>
      <p>{messageOf(error)}</p>
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
