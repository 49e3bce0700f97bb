// What is sold out: dishes, and single choices of them.
import { type Draft, draft } from "../base/action";
import { lackingGroup } from "../base/lacking";
import type { MenuItem } from "../base/protocol";
import { isGoneByCount, leftText, oversoldText } from "../base/stock";
import { Sheet } from "../ui/sheet";
import type { Kitchen } from "./kitchen";
import { counted, t } from "./words";

interface Props {
    kitchen: Kitchen;
    onClose(): void;
}

/** A choice as cooks speak of it: oat milk is oat milk, whatever it goes into. */
export interface SharedChoice {
    readonly group: string;
    readonly name: string;
    /** That offer it. */
    readonly items: readonly MenuItem[];
    /** Of these, where it is to be had. */
    readonly left: readonly MenuItem[];
}

/** Those of all items, by the menu's order; what is out at some of them comes first. */
export function sharedChoices(items: readonly MenuItem[]): SharedChoice[] {
    const found = new Map<string, SharedChoice>();
    for (const item of items) {
        for (const { name: group, choices } of item.groups) {
            for (const { name, out } of choices) {
                const key = JSON.stringify([group, name]);
                const { items: others, left } = found.get(key) ?? { items: [], left: [] };
                found.set(key, {
                    ...{ group, name, items: [...new Set([...others, item])] },
                    left: out ? left : [...new Set([...left, item])],
                });
            }
        }
    }
    const isWhole = ({ items: all, left }: SharedChoice) => Number(all.length === left.length);
    return [...found.values()].sort((a, b) => isWhole(a) - isWhole(b));
}

function byPlace(a: MenuItem, b: MenuItem): number {
    return a.category.localeCompare(b.category) || a.position - b.position;
}

/** Two taps: this panel, and the dish or the choice. */
export function SoldOutPanel({ kitchen, onClose }: Props) {
    const items = [...kitchen.desk.stream.state.value.items.values()]
        .filter((item) => !item.hidden)
        .sort(byPlace);
    const goneFirst = items.toSorted((a, b) => Number(a.available) - Number(b.available));
    const choices = sharedChoices(items);
    return (
        <Sheet title={t("tapSoldOut")} onClose={onClose} isWide>
            <div class="menu-toggles">
                {goneFirst.map((item) => (
                    <Toggle key={item.number} kitchen={kitchen} item={item} />
                ))}
            </div>
            {choices.length > 0 && (
                <section class="choice-toggles" aria-label={t("choices")}>
                    <h3>{t("choices")}</h3>
                    <div class="menu-toggles">
                        {choices.map((choice) => (
                            <ChoiceToggle
                                key={`${choice.group} ${choice.name}`}
                                kitchen={kitchen}
                                choice={choice}
                            />
                        ))}
                    </div>
                </section>
            )}
        </Sheet>
    );
}

/** What nobody may sell any more comes back by counting, and what lacks a choice with that. */
function Toggle({ kitchen, item }: { kitchen: Kitchen; item: MenuItem }) {
    const isGone = isGoneByCount(item);
    const what = lackingGroup(item);
    const left = [leftText(item), oversoldText(item)].filter(Boolean).join(", ");
    const why = (): string =>
        what === "" ? t(isGone ? "goneByCount" : "tapBack") : t("noneLeft", { what });
    return (
        <button
            type="button"
            class={item.available ? "" : "is-sold-out"}
            disabled={isGone || what !== ""}
            onClick={() => void kitchen.desk.act(setAvailable(item, !item.available))}
        >
            <bdi>{item.name}</bdi>
            {left !== "" && <small>{left}</small>}
            {!item.available && <strong>{why()}</strong>}
        </button>
    );
}

function ChoiceToggle({ kitchen, choice }: { kitchen: Kitchen; choice: SharedChoice }) {
    const { group, name, items, left } = choice;
    const isOut = left.length < items.length;
    const tap = (): void => {
        for (const item of left.length === 0 ? items : left) {
            void kitchen.desk.act(setChoice(item, group, name, left.length === 0));
        }
    };
    return (
        <button type="button" class={isOut ? "is-sold-out" : ""} onClick={tap}>
            <bdi>{name}</bdi>
            <small>
                <bdi>{group}</bdi>
                {items.length > 1 && ` · ${counted("inDishes", items.length)}`}
            </small>
            {isOut && (
                <strong>{left.length === 0 ? t("tapBack") : counted("leftIn", left.length)}</strong>
            )}
        </button>
    );
}

function setAvailable(item: MenuItem, available: boolean): Draft {
    const label = t(available ? "backLabel" : "soldOutLabel", { name: item.name });
    return draft("patch", "/api/menu/{number}", { number: item.number }, { available }, label);
}

function setChoice({ number }: MenuItem, group: string, choice: string, available: boolean): Draft {
    const label = t(available ? "backLabel" : "soldOutLabel", { name: choice });
    const body = { group, choice, available };
    return draft("post", "/api/menu/{number}/choice", { number }, body, label);
}
