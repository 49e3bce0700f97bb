// Keys for an amount of money: digits from the right, in minor units.
import { useLayoutEffect } from "preact/hooks";
import { keyOf } from "../base/keys";
import { t } from "./words";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0", "⌫"];
const digitsMax = 9;

/** What stands there after one more key. */
export function typedOn(text: string, key: string): string {
    return key === "⌫" ? text.slice(0, -1) : (text + key).replace(/^0+/, "").slice(0, digitsMax);
}

const quantityDigitsMax = 2;

/** The same for a number of things. A first nought stands: none is a number, too. */
export function typedNumber(text: string, key: string): string {
    return text === "" && key === "0" ? "0" : typedOn(text, key).slice(0, quantityDigitsMax);
}

interface Props {
    press(key: string): void;
    /** Those of an amount of money, if none are said. */
    shown?: readonly string[];
}

export function Keypad({ press, shown = keys }: Props) {
    return (
        <div class="keypad">
            {shown.map((key) => (
                <button
                    key={key}
                    type="button"
                    aria-label={key === "⌫" ? t("deleteDigit") : key}
                    onClick={() => press(key)}
                >
                    {key}
                </button>
            ))}
        </div>
    );
}

/**
 * Digits and Enter do the same as the keypad. Before the next key arrives, not after the next
 * paint: whoever types fast must not be understood as having given the exact sum.
 */
export function useTyping(
    press: (key: string) => void,
    enter: () => void,
    mayEnter: boolean,
): void {
    useLayoutEffect(() => {
        function onKey(event: KeyboardEvent): void {
            const on = event.target as HTMLElement;
            const isButton = on.closest("button") !== null;
            if (on.closest("input")) {
                return; // that is typed into itself
            }
            const key = keyOf(event);
            if (/^\d$/.test(key)) {
                press(key);
            } else if (event.key === "Backspace") {
                press("⌫");
            } else if (event.key === "Enter" && mayEnter && !isButton) {
                enter();
            }
        }
        addEventListener("keydown", onKey);
        return () => removeEventListener("keydown", onKey);
    });
}
