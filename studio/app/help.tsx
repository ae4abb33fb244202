/** The keys that do something here, by where they do it. */
import { Dialog } from "../ui/dialog.tsx";
import { allCommands } from "./commands.ts";
import type { Command } from "./commands.ts";

export function Help({ onClose }: { onClose: () => void }) {
  const groups = new Map<string, Command[]>();
  for (const command of allCommands()) {
    if (command.keys === undefined) continue;
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  return (
    <Dialog title="Keys" shape="wide" onClose={onClose}>
      <div class="help">
        {[...groups].map(([group, commands]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map(({ name, keys = [] }) => (
                <div key={name}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{shown(key)}</kbd>
                    ))}
                  </dt>
                  <dd>{name}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

const names: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  " ": "Space",
};

function shown(key: string): string {
  const parts = key.split("+").filter((part) => part !== "");
  if (key.endsWith("+")) parts.push("+");
  return parts
    .map((part) => names[part] ?? (/^[a-z]$/.test(part) ? part.toUpperCase() : withShift(part)))
    .join(" ");
}

/** A letter is as it is typed: in upper case with Shift. */
function withShift(part: string): string {
  return /^[A-Z]$/.test(part) ? `Shift ${part}` : part;
}
