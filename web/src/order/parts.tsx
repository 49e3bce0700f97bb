// Small parts of the page: line drawings, a stepper, and the sheet that slides over the rest. They
// are the other screens' by their looks (ui/base.css), in a third of the bytes.
import type { ComponentChildren } from "preact";
import { quantityMax } from "../base/cart";
import { t } from "./words";

const paths = {
    check: "M5 12l5 5L20 7",
    close: "M6 6l12 12M18 6 6 18",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21a7 7 0 0 1 14 0m0-18a4 4 0 0 1 0 8m2 4q4 2 4 6",
    search: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6",
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={paths[name]} />
        </svg>
    );
}

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
