// A stepper, and the sheet that slides over the rest: the other screens' by their looks.
import type { ComponentChildren } from "preact";
import { quantityMax } from "../base/cart";
import { Icon } from "./parts";
import { t } from "./words";

export function Stepper({ value, set }: { value: number; set(next: number): void }) {
    return (
        <span class="stepper">
            <button type="button" aria-label={t("fewer")} onClick={() => set(value - 1)}>
                <Icon name="minus" />
            </button>
            <output>{value}</output>
            <button
                type="button"
                aria-label={t("more")}
                disabled={value >= quantityMax}
                onClick={() => set(value + 1)}
            >
                <Icon name="plus" />
            </button>
        </span>
    );
}

interface Props {
    title: string;
    onClose(): void;
    children: ComponentChildren;
    /** Buttons that stay in sight while the rest scrolls. */
    actions: ComponentChildren;
}

/** The browser's own <dialog> keeps the focus inside and gives it back. */
function show(dialog: HTMLDialogElement | null): void {
    dialog?.showModal();
    dialog?.querySelector("h2")?.focus(); // not on a button, which Enter would press by mistake
}

export function Sheet({ title, onClose, children, actions }: Props) {
    return (
        <dialog ref={show} class="sheet" aria-label={title} onClose={onClose}>
            <header>
                <h2 tabIndex={-1}>{title}</h2>
                <button type="button" class="plain" onClick={onClose} aria-label={t("close")}>
                    <Icon name="close" />
                </button>
            </header>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard too */}
            <div class="sheet-body" tabIndex={0}>
                {children}
            </div>
            <footer>{actions}</footer>
        </dialog>
    );
}
