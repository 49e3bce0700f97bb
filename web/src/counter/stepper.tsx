import { useState } from "preact/hooks";
import { quantityMax } from "../base/cart";
import { Icon } from "../ui/icon";
import { ShownOver } from "../ui/part-sheet";
import { quantityPart } from "./parts";
import { t } from "./words";

interface Props {
    value: number;
    onChange(value: number): void;
    /** 0 where the minus takes it away. */
    least?: number;
    label?: string;
}

/** A number, one more, one less; the number itself opens the keys. */
export function Stepper({ value, onChange, least = 1, label = "" }: Props) {
    const of = { n: value, name: label };
    const isNamed = label !== "";
    const [isTyping, setTyping] = useState(false);
    const close = (): void => setTyping(false);
    return (
        <>
            <span class="stepper">
                <button
                    type="button"
                    aria-label={t(isNamed ? "oneLessOf" : "oneLess", of)}
                    disabled={value <= least}
                    onClick={() => onChange(value - 1)}
                >
                    <Icon name="minus" />
                </button>
                <button
                    type="button"
                    class="stepper-value"
                    aria-label={t(isNamed ? "typeHowManyOf" : "typeHowMany", of)}
                    onClick={() => setTyping(true)}
                >
                    {value}
                </button>
                <button
                    type="button"
                    aria-label={t(isNamed ? "oneMoreOf" : "oneMore", of)}
                    disabled={value >= quantityMax}
                    onClick={() => onChange(value + 1)}
                >
                    <Icon name="plus" />
                </button>
            </span>
            {isTyping && (
                <ShownOver part={quantityPart} onClose={close}>
                    {({ QuantitySheet }) => (
                        <QuantitySheet
                            label={label}
                            value={value}
                            least={least}
                            onChange={onChange}
                            onClose={close}
                        />
                    )}
                </ShownOver>
            )}
        </>
    );
}
