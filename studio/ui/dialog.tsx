/**
 * Dialogs: the browser's own, so focus stays inside, Escape closes, and focus returns to where it was.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
  /** `sheet` comes in from the right and is as high as the page. */
  readonly shape?: "box" | "sheet" | "wide";
  /** Without a heading that is seen, as the command palette. */
  readonly isBare?: boolean;
}

export function Dialog({ title, children, onClose, shape = "box", isBare = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser cannot do it for a dialog that is gone from the page by then.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onBackdrop = (event: MouseEvent): void => {
    if (event.target === ref.current) onClose();
  };
  return (
    <dialog
      ref={ref}
      class={`dialog is-${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={onBackdrop}
    >
      <div class="dialog-inside">
        <header class={isBare ? "unseen" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {!isBare && <IconButton icon="close" label="Close" keys="Esc" onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}
