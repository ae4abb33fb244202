/** The panel at the right of a screen; below the chart on small screens. It may have tabs. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

export interface PanelProps {
  readonly label: string;
  /** What each tab shows, by its name. */
  readonly tabs: Readonly<Record<string, () => ComponentChildren>>;
  readonly children?: ComponentChildren;
}

export function Panel({ label, tabs, children }: PanelProps) {
  const names = Object.keys(tabs);
  const [chosen, setChosen] = useState(names[0] ?? "");
  const current = names.includes(chosen) ? chosen : (names[0] ?? "");
  const id = useId();
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const next = names[(names.indexOf(current) + by + names.length) % names.length] ?? current;
    setChosen(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <aside class="panel" aria-label={label}>
      {children}
      {names.length > 1 && (
        <div class="panel-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {names.map((name) => (
            <button
              key={name}
              id={`${id}-${name}`}
              type="button"
              role="tab"
              aria-selected={name === current}
              aria-controls={`${id}-inside`}
              tabIndex={name === current ? 0 : -1}
              onClick={() => setChosen(name)}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      <div
        id={`${id}-inside`}
        class="panel-inside"
        {...(names.length > 1 && { role: "tabpanel", "aria-labelledby": `${id}-${current}` })}
      >
        {tabs[current]?.()}
      </div>
    </aside>
  );
}
