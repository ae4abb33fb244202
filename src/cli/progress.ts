/** Progress of long work: one line on a terminal, and nothing where nobody looks. */
import type { Shell } from "./shell.ts";

export interface Progress {
  /** `part` of 1, if it is known. */
  tell(text: string, part?: number): void;
  /** Takes the line away. */
  end(): void;
}

const BAR_WIDTH = 24;
/** More often nobody can read it. */
const INTERVAL_MS = 80;
const CLEAR_LINE = "\r\u001b[2K";

export function startProgress(
  shell: Pick<Shell, "isTerminal" | "writeError" | "clock">,
  isQuiet: boolean,
): Progress {
  if (!shell.isTerminal || isQuiet) return { tell: () => {}, end: () => {} };
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    tell(text, part) {
      const nowMs = shell.clock.monotonic();
      if (nowMs - toldAtMs < INTERVAL_MS && part !== 1) return;
      toldAtMs = nowMs;
      shell.writeError(`${CLEAR_LINE}${part === undefined ? "" : `${bar(part)} `}${text}`);
    },
    end() {
      if (toldAtMs > Number.NEGATIVE_INFINITY) shell.writeError(CLEAR_LINE);
    },
  };
}

function bar(part: number): string {
  const done = Math.round(Math.min(1, Math.max(0, part)) * BAR_WIDTH);
  return `${"█".repeat(done)}${"░".repeat(BAR_WIDTH - done)} ${String(Math.floor(part * 100)).padStart(3)} %`;
}
