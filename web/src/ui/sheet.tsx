// A dialog that slides over the screen. The browser's own <dialog> keeps the focus inside and
// gives it back.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../base/words";
import { Icon } from "./icon";

interface Props {
    title: string;
    onClose(): void;
    children: ComponentChildren;
    /** Buttons that stay in sight while the rest scrolls. */
    actions?: ComponentChildren;
    isWide?: boolean;
    /** What the cross is called, where it does more than to close. */
    closeText?: string;
}

export function Sheet({ title, onClose, children, actions, isWide, closeText }: Props) {
    const ref = useRef<HTMLDialogElement>(null);
    const heading = useRef<HTMLHeadingElement>(null);
    useLayoutEffect(() => {
        ref.current?.showModal();
        // Not on a button, which Enter would press by mistake.
        heading.current?.focus();
    }, []);
    return (
        <dialog
            ref={ref}
            class={isWide ? "sheet sheet-wide" : "sheet"}
            aria-label={title}
            onClose={onClose}
        >
            <header>
                <h2 ref={heading} tabIndex={-1}>
                    {title}
                </h2>
                <button
                    type="button"
                    class="plain"
                    onClick={onClose}
                    aria-label={closeText ?? t("close")}
                >
                    <Icon name="close" />
                </button>
            </header>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard too */}
            <div class="sheet-body" tabIndex={0}>
                {children}
            </div>
            {actions && <footer>{actions}</footer>}
        </dialog>
    );
}
