import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../routes/pages/components/icon.tsx";

interface DialogProps {
  open: boolean;
  title: string;
  /** As wide as the window allows: results beside a graph. */
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog: the browser keeps focus inside, closes on Escape and gives focus back. */
export function Dialog({ open, title, wide, onClose, children }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      class={wide ? "dialog sm:w-[min(80rem,calc(100vw-2rem))]" : "dialog"}
      aria-label={title}
      onClose={onClose}
    >
      {open
        ? (
          <>
            <div class="mb-3 flex items-center gap-3">
              <h2 class="min-w-0 flex-1 break-words">{title}</h2>
              <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
                <Icon name="x" />
              </button>
            </div>
            {children}
          </>
        )
        : null}
    </dialog>
  );
}
