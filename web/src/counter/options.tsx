// The choices of one item: required groups first, limits in words, price differences shown.
import { useState } from "preact/hooks";
import { type CartLine, type Chosen, noteMax, unitPrice } from "../base/cart";
import { groupRule } from "../base/group-rule";
import { chosenIn, missingChoices, requiredFirst, toggleChoice } from "../base/options";
import type { MenuItem } from "../base/protocol";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import type { Counter } from "./counter";
import { Allergens, Delta } from "./menu";
import { Stepper } from "./stepper";
import { t } from "./words";

interface Props {
    counter: Counter;
    item: MenuItem;
    /** The line of the cart that is changed; null for a new one. */
    line: CartLine | null;
}

export function OptionsSheet({ counter, item: opened, line }: Props) {
    // As it is now: a choice may be out since it was opened.
    const item = counter.desk.stream.state.value.items.get(opened.number) ?? opened;
    const [options, setOptions] = useState<readonly Chosen[]>(line?.options ?? []);
    const [quantity, setQuantity] = useState(line?.quantity ?? 1);
    const [note, setNote] = useState(line?.note ?? "");
    const [missing] = missingChoices(item, options);
    const price = counter.money(quantity * unitPrice(item, options));
    const put = (): void =>
        counter.putLine({
            ...(line ? { id: line.id } : {}),
            item: item.number,
            quantity,
            options,
            note: note.trim(),
        });
    const actions = (
        <>
            <Stepper value={quantity} onChange={setQuantity} />
            <button type="button" class="primary" disabled={missing !== undefined} onClick={put}>
                {missing !== undefined
                    ? t("chooseWhat", { what: missing })
                    : t(line ? "changeAt" : "addAt", { price })}
            </button>
        </>
    );
    return (
        <Sheet title={item.name} onClose={counter.close} actions={actions}>
            {item.description !== "" && <p dir="auto">{item.description}</p>}
            <Allergens item={item} />
            {requiredFirst(item).map((index) => (
                <Group
                    key={index}
                    counter={counter}
                    item={item}
                    index={index}
                    options={options}
                    onChange={setOptions}
                />
            ))}
            <label class="field">
                {t("kitchenNote")}
                <input
                    value={note}
                    maxLength={noteMax}
                    placeholder={t("noteHint")}
                    onInput={(event) => setNote(event.currentTarget.value)}
                />
            </label>
        </Sheet>
    );
}

interface GroupProps {
    counter: Counter;
    item: MenuItem;
    index: number;
    options: readonly Chosen[];
    onChange(options: readonly Chosen[]): void;
}

function Group({ counter, item, index, options, onChange }: GroupProps) {
    const group = item.groups[index];
    if (!group) {
        return null;
    }
    const chosen = chosenIn(options, index);
    const isFull = group.max > 1 && chosen.length >= group.max;
    return (
        <fieldset class="group">
            <legend>
                <bdi>{group.name}</bdi> <span class="rule">{groupRule(group)}</span>
                {group.min > 0 && <strong class="required">{t("required")}</strong>}
            </legend>
            {group.choices.map((choice, at) => {
                const isChosen = chosen.includes(at);
                return (
                    <button
                        key={choice.name}
                        type="button"
                        class="choice"
                        aria-pressed={isChosen}
                        disabled={(isFull || choice.out) && !isChosen}
                        onClick={() =>
                            onChange(toggleChoice(item, options, { group: index, choice: at }))
                        }
                    >
                        <span class="mark">{isChosen && <Icon name="check" />}</span>
                        <bdi>{choice.out ? <s>{choice.name}</s> : choice.name}</bdi>
                        {choice.out ? (
                            <strong class="delta">{t("soldOut")}</strong>
                        ) : (
                            <Delta counter={counter} amount={choice.price} />
                        )}
                    </button>
                );
            })}
        </fieldset>
    );
}
