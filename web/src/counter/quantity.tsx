// How many of a thing, typed: twelve drinks are not twelve taps.
import { useState } from "preact/hooks";
import { quantityMax } from "../base/cart";
import { Sheet } from "../ui/sheet";
import { wear } from "../ui/wear";
import { Keypad, typedNumber, useTyping } from "./keypad";
import { t } from "./later-words";
import styles from "./quantity.css?inline";

wear(styles);

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "⌫"];
interface Props {
    label: string;
    value: number;
    /** 0 where none is an answer: then the line goes. */
    least: number;
    onChange(value: number): void;
    onClose(): void;
}

export function QuantitySheet({ label, value, least, onChange, onClose }: Props) {
    const [typed, setTyped] = useState("");
    const wanted = typed === "" ? value : Number(typed);
    const isRight = wanted >= least && wanted <= quantityMax;
    const press = (key: string): void => setTyped((before) => typedNumber(before, key));
    const set = (): void => {
        onClose();
        onChange(wanted);
    };
    useTyping(press, set, isRight);
    return (
        <Sheet
            title={label === "" ? t("howMany") : t("howManyOf", { name: label })}
            onClose={onClose}
        >
            <div class="quantity-pad">
                <strong role="status">{wanted}</strong>
                <Keypad press={press} shown={keys} />
                <button type="button" class="primary" disabled={!isRight} onClick={set}>
                    {wanted === 0 ? t("takeItOut") : t("makeIt", { n: wanted })}
                </button>
            </div>
        </Sheet>
    );
}
