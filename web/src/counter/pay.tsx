// The till: exact, the next notes, a keypad; or card, or later.
import { useState } from "preact/hooks";
import { nextNotes } from "../base/money";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import type { Counter, Payment } from "./counter";
import { Keypad, typedOn, useTyping } from "./keypad";
import { Told } from "./told";
import { t } from "./words";

interface Props {
    counter: Counter;
    title: string;
    total: number;
    /** Absent where there is something to pay in any case. */
    onLater?: () => void;
    onSplit(): void;
    onPay(payment: Payment): void;
}

const slipMax = 20;

interface SlipProps {
    value: string;
    onChange(value: string): void;
}

/** What the terminal printed on its slip: it is found by that when the bank asks. */
export function SlipNumber({ value, onChange }: SlipProps) {
    return (
        <input
            aria-label={t("slipLabel")}
            placeholder={t("slipHint")}
            autocomplete="off"
            maxLength={slipMax}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
        />
    );
}

export function PaySheet({ counter, title, total, onLater, onSplit, onPay }: Props) {
    const [typed, setTyped] = useState("");
    const [isKept, setKept] = useState(false);
    const [slip, setSlip] = useState("");
    const digits = counter.session()?.digits ?? 2;
    const tendered = typed === "" ? 0 : Number(typed);
    const rest = tendered - total;
    const canBeTip = rest > 0 && rest <= total;
    const tip = isKept && canBeTip ? rest : 0;
    const cash = (amount: number): void =>
        onPay({
            method: "cash",
            tendered: amount,
            tip: amount === tendered ? tip : 0,
            reference: "",
        });
    const card = (): void =>
        onPay({ method: "card-external", tendered: 0, tip, reference: slip.trim() });
    const press = (key: string): void => setTyped((text) => typedOn(text, key));
    useTyping(press, () => cash(tendered === 0 ? total : tendered), rest >= 0 || typed === "");
    return (
        <Sheet title={title} onClose={counter.close} isWide>
            <div class="pay">
                <div class="pay-left">
                    <p class="pay-total">
                        <span>{t("toPay")}</span>
                        <strong>{counter.money(total)}</strong>
                    </p>
                    <div class="tender">
                        <button type="button" class="primary" onClick={() => cash(total)}>
                            <Told text={t("exact", { price: counter.money(total) })} />
                        </button>
                        {nextNotes(total, digits).map((amount) => (
                            <button key={amount} type="button" onClick={() => cash(amount)}>
                                {counter.money(amount)}
                            </button>
                        ))}
                    </div>
                    <div class="pay-other">
                        <div class="pay-card">
                            <button type="button" onClick={card}>
                                {tip > 0
                                    ? t("cardTerminalAt", { price: counter.money(tendered) })
                                    : t("cardTerminal")}
                            </button>
                            <SlipNumber value={slip} onChange={setSlip} />
                        </div>
                        <button type="button" onClick={onSplit}>
                            {t("inParts")}
                        </button>
                        {onLater && (
                            <button type="button" onClick={onLater}>
                                {t("payLater")}
                            </button>
                        )}
                    </div>
                </div>
                <div class="pay-right">
                    <p class="pay-given">
                        <span>{t("given")}</span>
                        <strong>{counter.money(tendered)}</strong>
                    </p>
                    <p class="pay-given">
                        <span>{t(rest < 0 ? "missing" : tip > 0 ? "tip" : "change")}</span>
                        <strong>{counter.money(Math.abs(rest))}</strong>
                    </p>
                    <button
                        type="button"
                        aria-pressed={tip > 0}
                        disabled={!canBeTip}
                        onClick={() => setKept(!isKept)}
                    >
                        {t("changeIsTip")}
                    </button>
                    <Keypad press={press} />
                    <button
                        type="button"
                        class="primary"
                        disabled={rest < 0}
                        onClick={() => cash(tendered)}
                    >
                        <Icon name="check" /> {t("cashGiven")}
                    </button>
                </div>
            </div>
        </Sheet>
    );
}
