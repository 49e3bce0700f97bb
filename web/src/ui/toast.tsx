// Short messages at the foot of the screen; one may offer to undo what was just done.
import { signal } from "@preact/signals-core";
import { systemClock, type Undo } from "../base/clock";
import type { Problem } from "../base/protocol";
import { t } from "../base/words";
import { Icon } from "./icon";
import { whyText } from "./why";

interface Toast {
    readonly id: number;
    readonly text: string;
    readonly isBad: boolean;
    readonly undo?: () => void;
}

const undoFor = 5_000;
const problemFor = 10_000;
const toastsMax = 3;

const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

function show(toast: Omit<Toast, "id">, ms: number): Undo {
    const shown = { ...toast, id: nextId++ };
    toasts.value = [...toasts.value, shown].slice(-toastsMax);
    const cancel = systemClock.after(ms, () => dismiss(shown));
    return () => {
        cancel();
        dismiss(shown);
    };
}

function dismiss(toast: Toast): void {
    toasts.value = toasts.value.filter(({ id }) => id !== toast.id);
}

export function say(text: string): void {
    show({ text, isBad: false }, undoFor);
}

export function offerUndo(text: string, undo: () => void): void {
    show({ text, isBad: false, undo }, undoFor);
}

export function complain(label: string, problem: Problem): void {
    const what = [problem.item_name, problem.choice];
    const said = { label, why: whyText(problem), item: what.filter(Boolean).join(": ") };
    show({ text: t(said.item ? "notDoneItem" : "notDone", said), isBad: true }, problemFor);
}

/** Undoes what the newest toast offers to; false when there is nothing. */
export function undoNewest(): boolean {
    const toast = toasts.value.findLast(({ undo }) => undo);
    toast?.undo?.();
    if (toast) {
        dismiss(toast);
    }
    return toast !== undefined;
}

export function Toasts() {
    return (
        <div class="toasts" role="status" aria-live="polite">
            {toasts.value.map((toast) => (
                <div key={toast.id} class={toast.isBad ? "toast toast-bad" : "toast"}>
                    <Icon name={toast.isBad ? "warn" : "check"} />
                    <span>{toast.text}</span>
                    {toast.undo && (
                        <button type="button" onClick={undoNewest}>
                            <Icon name="undo" /> {t("undo")}
                        </button>
                    )}
                    <button type="button" onClick={() => dismiss(toast)} aria-label={t("dismiss")}>
                        <Icon name="close" />
                    </button>
                </div>
            ))}
        </div>
    );
}
