// The till: exact, the next notes, a keypad; or card, or later.
import { useLayoutEffect, useState } from "preact/hooks";
import { nextNotes } from "../base/money";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import type { Counter, Payment } from "./counter";

interface Props {
    counter: Counter;
    title: string;
    total: number;
    /** Absent where there is something to pay in any case. */
    onLater?: () => void;
    onPay(payment: Payment): void;
}

const keypad = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0", "⌫"];
const digitsMax = 9;

export function PaySheet({ counter, title, total, onLater, onPay }: Props) {
    const [typed, setTyped] = useState("");
    const digits = counter.session()?.digits ?? 2;
    const tendered = typed === "" ? 0 : Number(typed);
    const cash = (amount: number): void => onPay({ method: "cash", tendered: amount });
    const press = (key: string): void =>
        setTyped((text) =>
            key === "⌫" ? text.slice(0, -1) : (text + key).replace(/^0+/, "").slice(0, digitsMax),
        );
    useTyping(
        press,
        () => cash(tendered === 0 ? total : tendered),
        tendered >= total || typed === "",
    );
    return (
        <Sheet title={title} onClose={counter.close} isWide>
            <div class="pay">
                <div class="pay-left">
                    <p class="pay-total">
                        <span>To pay</span>
                        <strong>{counter.money(total)}</strong>
                    </p>
                    <div class="tender">
                        <button type="button" class="primary" onClick={() => cash(total)}>
                            Exact <b>{counter.money(total)}</b>
                        </button>
                        {nextNotes(total, digits).map((amount) => (
                            <button key={amount} type="button" onClick={() => cash(amount)}>
                                {counter.money(amount)}
                            </button>
                        ))}
                    </div>
                    <div class="pay-other">
                        <button
                            type="button"
                            onClick={() => onPay({ method: "card-external", tendered: 0 })}
                        >
                            Paid by card on the reader
                        </button>
                        {onLater && (
                            <button type="button" onClick={onLater}>
                                Pay later
                            </button>
                        )}
                    </div>
                </div>
                <div class="pay-right">
                    <p class="pay-given">
                        <span>Given</span>
                        <strong>{counter.money(tendered)}</strong>
                    </p>
                    <p class="pay-given">
                        <span>{tendered < total ? "Missing" : "Change"}</span>
                        <strong>{counter.money(Math.abs(tendered - total))}</strong>
                    </p>
                    <div class="keypad">
                        {keypad.map((key) => (
                            <button
                                key={key}
                                type="button"
                                aria-label={key === "⌫" ? "Delete the last digit" : key}
                                onClick={() => press(key)}
                            >
                                {key}
                            </button>
                        ))}
                    </div>
                    <button
                        type="button"
                        class="primary"
                        disabled={tendered < total}
                        onClick={() => cash(tendered)}
                    >
                        <Icon name="check" /> Cash given
                    </button>
                </div>
            </div>
        </Sheet>
    );
}

/**
 * Digits and Enter do the same as the keypad. Before the next key arrives, not after the next
 * paint: whoever types fast must not be understood as having given the exact sum.
 */
function useTyping(press: (key: string) => void, enter: () => void, mayEnter: boolean): void {
    useLayoutEffect(() => {
        function onKey(event: KeyboardEvent): void {
            const isButton = (event.target as HTMLElement).closest("button") !== null;
            if (/^\d$/.test(event.key)) {
                press(event.key);
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
