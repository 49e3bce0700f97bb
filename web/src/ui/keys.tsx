// Keyboard shortcuts, and the list of them behind "?".
import { signal } from "@preact/signals-core";
import { useLayoutEffect } from "preact/hooks";
import { keyOf } from "../base/keys";
import { t } from "../base/words";
import { Sheet } from "./sheet";

export interface Shortcut {
    /** As keyOf() has them, one or several: ["1", ..., "9"]. */
    readonly keys: readonly string[];
    /** As it is shown: "1-9". */
    readonly shown: string;
    readonly what: string;
    run(key: string): void;
}

const isHelpOpen = signal(false);

export function showKeys(): void {
    isHelpOpen.value = true;
}

/** Typing is no shortcut, nor is anything while a dialog is open; Enter stays a button's own. */
function isTaken(event: KeyboardEvent): boolean {
    const target = event.target as HTMLElement;
    return (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target.closest("input, textarea, select, dialog") !== null ||
        document.querySelector("dialog[open]") !== null ||
        (event.key === "Enter" && target.closest("button, summary, a") !== null)
    );
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
    useLayoutEffect(() => {
        function onKey(event: KeyboardEvent): void {
            if (isTaken(event)) {
                return;
            }
            const key = keyOf(event);
            if (key === "?") {
                showKeys();
                return;
            }
            const found = shortcuts.find(({ keys }) => keys.includes(key));
            if (found) {
                event.preventDefault();
                found.run(key);
            }
        }
        addEventListener("keydown", onKey);
        return () => removeEventListener("keydown", onKey);
    });
}

export function KeysHelp({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
    if (!isHelpOpen.value) {
        return null;
    }
    return (
        <Sheet title={t("keyboard")} onClose={() => (isHelpOpen.value = false)}>
            <dl class="keys">
                {shortcuts.map(({ shown, what }) => (
                    <div key={shown}>
                        <dt>
                            <kbd>{shown}</kbd>
                        </dt>
                        <dd>{what}</dd>
                    </div>
                ))}
            </dl>
        </Sheet>
    );
}
