/** What a text from elsewhere would become, kept up with it as it is written. */
import { useEffect, useState } from "preact/hooks";
import type { ChartModel } from "../../src/draw/model.ts";
import { ask } from "../api/request.ts";

export interface Preview {
  readonly format: string;
  readonly name: string;
  readonly losses: readonly { readonly line: number | null; readonly what: string }[];
  readonly findings: readonly {
    readonly state: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly model: ChartModel;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly isTaken: boolean;
  readonly isWritable: boolean;
}

/** After the last key, before the text is read. */
const QUIET_MS = 350;
/** Under which the text is kept in the tab. */
export const KEPT_SOURCE = "sagachart.import";

export function usePreview(
  source: string,
  format: string,
  name: string,
): { readonly preview: Preview | null; readonly error: unknown } {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    // A page that is loaded anew has it still.
    sessionStorage.setItem(KEPT_SOURCE, source);
    const gone = new AbortController();
    const timer = setTimeout(() => {
      if (source.trim() === "") {
        setPreview(null);
        setError(null);
        return;
      }
      const body = { source, ...(format !== "" && { format }), ...(name !== "" && { name }) };
      const asked = { method: "POST", body, signal: gone.signal } as const;
      void ask<Preview>("/studio/api/imports", asked).then(
        (found) => (setPreview(found), setError(null)),
        (reason: unknown) => {
          if (gone.signal.aborted) return;
          setPreview(null);
          setError(reason);
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [source, format, name]);
  return { preview, error };
}
