/** What can be done with what is selected, beside it: the pad of a state or of a transition, and its name in place. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import type { IconName } from "../ui/icon.tsx";

export interface PadItem {
  readonly icon: IconName;
  readonly label: string;
  readonly keys: string;
  readonly run: () => void;
}

export function Pad({
  items,
  children,
}: {
  items: readonly PadItem[];
  children?: ComponentChildren;
}) {
  return (
    <div class="edit-pad" role="toolbar" aria-label="What is selected">
      {items.map(({ icon, label, keys, run }) => (
        <IconButton key={label} icon={icon} label={label} keys={keys} onClick={run} />
      ))}
      {children}
    </div>
  );
}

export interface RenameProps {
  readonly value: string;
  readonly widthPx: number;
  readonly onDone: (name: string) => void;
  readonly onCancel: () => void;
}

/** The name of a state as a field, over the state itself. */
export function Rename({ value, widthPx, onDone, onCancel }: RenameProps) {
  const ref = useRef<HTMLInputElement>(null);
  // Leaving the field takes its value too, and so it does when Enter or Escape has closed it.
  const isOver = useRef(false);
  const once = (action: () => void): void => {
    if (isOver.current) return;
    // First: what it does may take the focus away, which is leaving the field.
    isOver.current = true;
    action();
  };
  useLayoutEffect(() => {
    ref.current?.focus();
    ref.current?.select();
  }, []);
  return (
    <input
      ref={ref}
      class="input edit-rename"
      aria-label={`New name of ${value}`}
      defaultValue={value}
      spellcheck={false}
      style={{ width: `${Math.max(120, widthPx)}px` }}
      onClick={(event) => event.stopPropagation()}
      onDblClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        const { value: name } = event.currentTarget;
        if (event.key === "Enter") once(() => onDone(name.trim()));
        else if (event.key === "Escape") once(onCancel);
      }}
      onBlur={(event) => {
        const { value: name } = event.currentTarget;
        once(() => onDone(name.trim()));
      }}
    />
  );
}
