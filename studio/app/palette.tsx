/** The command palette: sagas, instances and commands, found by some of their letters. */
import { useMemo, useState } from "preact/hooks";
import type { SearchPage } from "../../src/client/answers.ts";
import { useQuery } from "../api/query.ts";
import type { SagaList } from "../api/answers.ts";
import { Dialog } from "../ui/dialog.tsx";
import { allCommands } from "./commands.ts";
import { go, paths } from "./location.ts";

interface Choice {
  readonly name: string;
  readonly group: string;
  readonly keys?: readonly string[];
  readonly run: () => void;
}

/** More are not read by anybody. */
const SHOWN_MAX = 30;

export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const choices = useChoices(text);
  const current = Math.min(index, choices.length - 1);
  const run = (choice: Choice | undefined): void => {
    onClose();
    choice?.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") run(choices[current]);
    else if (step === 0) return;
    else setIndex((current + step + choices.length) % Math.max(1, choices.length));
    event.preventDefault();
  };
  return (
    <Dialog title="Commands" isBare onClose={onClose}>
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label="Find a saga, an instance or a command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={current < 0 ? undefined : `palette-${current}`}
        placeholder="Go to a saga, an instance, a command…"
        value={text}
        autoFocus
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" class="palette-list" role="listbox" aria-label="Found">
        {choices.map((choice, at) => (
          <li
            key={`${choice.group} ${choice.name}`}
            id={`palette-${at}`}
            role="option"
            aria-selected={at === current}
            onClick={() => run(choice)}
            onPointerMove={() => setIndex(at)}
          >
            <span>{choice.name}</span>
            <span class="quiet">{choice.group}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function useChoices(text: string): readonly Choice[] {
  const sagas = useQuery<SagaList>("/sagas").data.value;
  const query = text.trim();
  const found = useQuery<SearchPage>(
    query.length < 2 ? null : `/instances?limit=10&q=${encodeURIComponent(query)}`,
  ).data.value;
  const commands = allCommands();
  return useMemo(() => {
    const all: Choice[] = [
      ...(sagas?.sagas ?? []).map(({ name }) => ({
        name,
        group: "Saga",
        run: () => go(paths.saga(name)),
      })),
      ...commands.flatMap((command) =>
        command.run === undefined ? [] : [{ ...command, run: command.run }],
      ),
    ];
    const instances = (found?.items ?? []).map(({ saga, id }) => ({
      name: id,
      group: saga,
      run: () => go(paths.instance(saga, id)),
    }));
    const matching = all.filter(({ name, group }) => matches(`${group} ${name}`, query));
    return [...matching, ...instances].slice(0, SHOWN_MAX);
  }, [sagas, found, commands, query]);
}

/** Whether the letters of `wanted` stand in `name` in this order. */
function matches(name: string, wanted: string): boolean {
  let from = 0;
  const lower = name.toLowerCase();
  for (const letter of wanted.toLowerCase().replaceAll(" ", "")) {
    from = lower.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
