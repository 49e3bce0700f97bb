// What slides over the menu: an item's options, and what somebody eats.
import type { ComponentChildren } from "preact";
import { type Chosen, noteMax, unitPrice } from "../base/cart";
import { formatDelta } from "../base/money";
import { chosenIn, missingChoices, requiredFirst, toggleChoice } from "../base/options";
import type { PageItem } from "../base/protocol";
import { Contains } from "./menu";
import { Icon } from "./parts";
import { type Choosing, filter, items, money, page, put, setFilter, sheet, toggled } from "./shop";
import { Sheet, Stepper } from "./slide";
import { Together } from "./together";
import { menuWord, t } from "./words";

function close(): void {
    sheet.value = null;
}

export function Sheets() {
    const shown = sheet.value;
    if (typeof shown !== "object" || shown === null) {
        return shown === "together" ? <Together /> : shown && <Filter />;
    }
    // As it is now: it may have sold out since it was opened.
    const item = items.value.get(shown.item);
    return item ? <Item item={item} choosing={shown} /> : null;
}

function choose(change: Partial<Choosing>): void {
    const shown = sheet.value;
    if (typeof shown === "object" && shown) {
        sheet.value = { ...shown, ...change };
    }
}

function Item({ item, choosing }: { item: PageItem; choosing: Choosing }) {
    const { options, quantity, note } = choosing;
    const missing = missingChoices(item, options);
    const isReady = missing.length === 0 && item.available;
    const add = (): void => {
        const chosen = [...options].sort((a, b) => a.group - b.group || a.choice - b.choice);
        put({ item: item.number, quantity, options: chosen, note: note.trim() });
    };
    const actions = (
        <>
            <Stepper value={quantity} set={(next) => choose({ quantity: Math.max(1, next) })} />
            <button type="button" class="primary" disabled={!isReady} onClick={add}>
                {actionText(item, missing, quantity * unitPrice(item, options))}
            </button>
        </>
    );
    return (
        <Sheet title={item.name} onClose={close} actions={actions}>
            {item.description !== "" && <p>{item.description}</p>}
            <Contains item={item} />
            {requiredFirst(item).map((index) => (
                <Group
                    key={index}
                    item={item}
                    index={index}
                    options={options}
                    onChange={(next) => choose({ options: next })}
                />
            ))}
            <label class="field">
                {t("note")}
                <input
                    value={note}
                    maxLength={noteMax}
                    onInput={(event) => choose({ note: event.currentTarget.value })}
                />
                <small>{t("noteHint")}</small>
            </label>
        </Sheet>
    );
}

function actionText(item: PageItem, missing: readonly string[], price: number): string {
    if (!item.available) {
        return t("soldOut");
    }
    return missing.length > 0
        ? t("stillChoose", { what: missing.join(", ") })
        : t("add", { price: money(price) });
}

function rule({ min, max }: { min: number; max: number }): string {
    if (min === max) {
        return t("choose", { n: min });
    }
    return min === 0 ? t("chooseUpTo", { n: max }) : t("chooseBetween", { low: min, high: max });
}

interface GroupProps {
    item: PageItem;
    index: number;
    options: readonly Chosen[];
    onChange(options: readonly Chosen[]): void;
}

function Group({ item, index, options, onChange }: GroupProps) {
    const group = item.groups[index];
    if (!group) {
        return null;
    }
    const chosen = chosenIn(options, index);
    const isFull = group.max > 1 && chosen.length >= group.max;
    return (
        <fieldset class="group">
            <legend>
                {group.name} <span class="rule">{rule(group)}</span>
                {group.min > 0 && <strong class="required">{t("required")}</strong>}
            </legend>
            {group.choices.map(({ name, price, out }, choice) => (
                <Choice
                    key={name}
                    isChosen={chosen.includes(choice)}
                    isFull={isFull || out}
                    isOne={group.max === 1}
                    onToggle={() => onChange(toggleChoice(item, options, { group: index, choice }))}
                >
                    {out ? <s>{name}</s> : name}
                    <span class="delta">{out ? t("soldOut") : formatDelta(price, page.value)}</span>
                </Choice>
            ))}
        </fieldset>
    );
}

interface ChoiceProps {
    isChosen: boolean;
    /** No more than are chosen can be. */
    isFull?: boolean | undefined;
    /** Of those beside it one at most is chosen. */
    isOne?: boolean;
    onToggle(): void;
    children: ComponentChildren;
}

function Choice({ isChosen, isFull = false, isOne = false, onToggle, children }: ChoiceProps) {
    return (
        <button
            type="button"
            class="choice"
            aria-pressed={isChosen}
            disabled={isFull && !isChosen}
            onClick={onToggle}
        >
            <span class={isOne ? "mark mark-one" : "mark"}>
                {isChosen && <Icon name="check" />}
            </span>
            {children}
        </button>
    );
}

/** Those that something on the menu has. */
function wordsOnMenu<F extends "diet" | "allergens">(field: F): PageItem[F][number][] {
    return [...new Set(page.value.items.flatMap((item): PageItem[F][number][] => item[field]))];
}

function Filter() {
    const actions = (
        <button type="button" class="primary" onClick={close}>
            {t("toMenu")}
        </button>
    );
    return (
        <Sheet title={t("filterTitle")} onClose={close} actions={actions}>
            <FilterGroup title={t("onlyShow")} of="diet" />
            <FilterGroup title={t("without")} of="allergens" />
        </Sheet>
    );
}

function FilterGroup({ title, of }: { title: string; of: "diet" | "allergens" }) {
    const words = wordsOnMenu(of);
    const set = filter.value[of];
    return words.length === 0 ? null : (
        <fieldset class="group filters">
            <legend>{title}</legend>
            {words.map((word) => (
                <Choice
                    key={word}
                    isChosen={set.has(word)}
                    onToggle={() => setFilter({ ...filter.value, [of]: toggled(set, word) })}
                >
                    {menuWord(word)}
                </Choice>
            ))}
        </fieldset>
    );
}
