import { quantityMax } from "../base/cart";
import { Icon } from "../ui/icon";

interface Props {
    value: number;
    onChange(value: number): void;
    /** 0 where the minus takes it away. */
    least?: number;
    label?: string;
}

export function Stepper({ value, onChange, least = 1, label = "" }: Props) {
    const of = label === "" ? "" : ` ${label}`;
    return (
        <span class="stepper">
            <button
                type="button"
                aria-label={`One less${of}`}
                disabled={value <= least}
                onClick={() => onChange(value - 1)}
            >
                <Icon name="minus" />
            </button>
            <output>{value}</output>
            <button
                type="button"
                aria-label={`One more${of}`}
                disabled={value >= quantityMax}
                onClick={() => onChange(value + 1)}
            >
                <Icon name="plus" />
            </button>
        </span>
    );
}
