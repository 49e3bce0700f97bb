// The fields of the office's forms.
import type { ComponentChildren } from "preact";

interface InputProps {
    name: string;
    label: string;
    value?: string;
    hint?: string;
    isWide?: boolean;
    isNumber?: boolean;
    isSecret?: boolean;
    onInput?(value: string): void;
}

export function Input(props: InputProps) {
    const { name, label, value = "", hint, isWide, isNumber, isSecret, onInput } = props;
    return (
        <label class={isWide ? "is-wide" : ""}>
            {label}
            <input
                name={name}
                type={isSecret ? "password" : "text"}
                inputMode={isNumber ? "decimal" : "text"}
                placeholder={hint ?? ""}
                defaultValue={value}
                autocomplete={isSecret ? "new-password" : "off"}
                dir="auto"
                onInput={(event) => onInput?.(event.currentTarget.value)}
            />
        </label>
    );
}

export interface ChoiceOf {
    readonly value: string;
    readonly text: string;
}

interface SelectProps {
    name: string;
    label: string;
    value: string;
    all: readonly ChoiceOf[];
    onChange?(value: string): void;
}

export function Select({ name, label, value, all, onChange }: SelectProps) {
    return (
        <label>
            {label}
            <select
                name={name}
                onChange={(event) => onChange?.(event.currentTarget.value)}
                defaultValue={value}
            >
                {all.map((one) => (
                    <option key={one.value} value={one.value} selected={one.value === value}>
                        {one.text}
                    </option>
                ))}
            </select>
        </label>
    );
}

interface CheckProps {
    name: string;
    label: string;
    isOn: boolean;
}

export function Check({ name, label, isOn }: CheckProps) {
    return (
        <label class="check">
            <input type="checkbox" name={name} defaultChecked={isOn} />
            {label}
        </label>
    );
}

interface RowProps {
    onOpen: (() => void) | undefined;
    children: ComponentChildren;
}

/** A line of a list: a button where it may be changed. */
export function Row({ onOpen, children }: RowProps) {
    return onOpen === undefined ? (
        <div class="item-row">{children}</div>
    ) : (
        <button type="button" class="item-row" onClick={onOpen}>
            {children}
        </button>
    );
}
