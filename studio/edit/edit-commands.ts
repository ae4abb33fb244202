/** The keys of the editor: everything that the pointer does has one. */
import type { Command } from "../app/commands.ts";
import { padItems } from "./pad-items.ts";
import type { EditActions } from "./pad-items.ts";

const GROUP = "Edit";

/** `KeyboardEvent.key` of what the pad calls the key. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  N: ["n"],
  "Shift N": ["N"],
  T: ["t"],
  F2: ["F2"],
  "Ctrl D": ["Ctrl+d"],
  I: ["i"],
  M: ["m"],
  Delete: ["Delete", "Backspace"],
};

export function editCommands(actions: EditActions): readonly Command[] {
  const { editing, review } = actions;
  return [
    { group: GROUP, name: "Undo", keys: ["Ctrl+z"], run: () => void editing.undo() },
    { group: GROUP, name: "Redo", keys: ["Ctrl+Z", "Ctrl+y"], run: () => void editing.redo() },
    {
      group: GROUP,
      name: "Review and write",
      keys: ["Ctrl+s"],
      run: () => editing.steps.value.length > 0 && review(),
    },
    { group: GROUP, name: "Arrange all anew", keys: ["a"], run: () => editing.arrange() },
    ...padItems(actions).map(({ label, keys, run }) => ({
      group: GROUP,
      name: label,
      keys: keysOf[keys] ?? [],
      run,
    })),
  ];
}
