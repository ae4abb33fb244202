/** What lies over the screen of an instance: at most one thing that somebody asked for. */
import type { JournalEntry } from "../../src/client/answers.ts";
import { ForkDialog } from "./fork-dialog.tsx";
import { OperationDialog } from "./operation-dialog.tsx";
import type { OperationName } from "./operation-dialog.tsx";
import { SendDialog } from "./send-dialog.tsx";

export type Asked =
  | { readonly kind: "send"; readonly type: string; readonly schema: unknown }
  | { readonly kind: "operate"; readonly name: OperationName }
  | { readonly kind: "fork"; readonly entry: JournalEntry; readonly isRerun: boolean };

export interface InstanceDialogsProps {
  readonly saga: string;
  readonly id: string;
  readonly asked: Asked | null;
  readonly onClose: () => void;
}

export function InstanceDialogs({ saga, id, asked, onClose }: InstanceDialogsProps) {
  if (asked === null) return null;
  const shared = { saga, id, onClose };
  switch (asked.kind) {
    case "send":
      return <SendDialog {...shared} type={asked.type} schema={asked.schema} />;
    case "operate":
      return <OperationDialog {...shared} name={asked.name} />;
    case "fork":
      return <ForkDialog {...shared} entry={asked.entry} isRerun={asked.isRerun} />;
  }
}
