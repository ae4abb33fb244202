/** The entry of the journal that is looked at: what came, what became of it, and what may be done from there. */
import type { JournalEntry } from "../../src/client/answers.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { clockText } from "../app/now.ts";
import { Button } from "../ui/button.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { tell } from "../ui/toasts.tsx";
import { whyIgnored, wordsOf } from "./entry.ts";

export interface MomentCardProps {
  readonly entry: JournalEntry;
  readonly model: ChartModel;
  readonly onRestart: () => void;
  readonly onRerun: () => void;
}

export function MomentCard({ entry, model, onRestart, onRerun }: MomentCardProps) {
  const words = wordsOf(entry, model);
  const why = whyIgnored(entry, model);
  const text = JSON.stringify(entry.event, null, 2);
  const isSent = ["client", "operator", "start"].includes(entry.source) && entry.operation === null;
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => tell("copied"));
  };
  return (
    <section class="moment" aria-label={`Revision ${entry.revision}`}>
      <h2 class={`is-kind-${words.kind}`}>
        <Glyph name={words.glyph} /> {words.title}
      </h2>
      <p class="quiet">
        revision {entry.revision} · {clockText(entry.at)} · by {entry.source}
      </p>
      {entry.operation !== null && <p>{words.detail}</p>}
      {why !== null && (
        <div class="notice">
          <b>Why it changed nothing.</b> {why.reason}
          {why.tried.length > 0 && (
            <ul class="tried">
              {why.tried.map((edge) => (
                <li key={edge}>
                  tried <code>{edge}</code>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <details>
        <summary>Event</summary>
        <pre tabIndex={0}>{text}</pre>
      </details>
      <div class="buttons">
        <Button onClick={copy}>Copy event</Button>
        <Button onClick={onRestart}>Restart from here…</Button>
        {isSent && (
          <Button onClick={onRerun}>
            Run again with another {entry.source === "start" ? "input" : "event"}…
          </Button>
        )}
      </div>
    </section>
  );
}
