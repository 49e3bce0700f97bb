// Carts parked on this screen under a name or a number, taken up again, dropped; and the
// cart itself, which outlives a reload.
import { effect } from "@preact/signals-core";
import { useState } from "preact/hooks";
import { cartCount } from "../base/cart";
import { sayAge } from "../base/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { offerUndo, say } from "../ui/toast";
import { wear } from "../ui/wear";
import type { Counter } from "./counter";
import * as later from "./later-words";
import {
    type KeptCart,
    keepLines,
    labelFor,
    labelMax,
    type Parked,
    readCart,
    readParked,
    takeUp,
    totalOf,
    writeCart,
    writeParked,
} from "./parked";
import styles from "./parked.css?inline";
import { t } from "./words";

wear(styles);

function present(counter: Counter): KeptCart {
    const { cart, mode, name, table, target } = counter;
    return {
        lines: keepLines(cart.value, counter.desk.stream.state.value.items),
        mode: mode.value,
        name: name.value,
        table: table.value,
        target: target.value?.id ?? "",
    };
}

/** Puts it on the screen, and says what is another since. */
function show(counter: Counter, kept: KeptCart): void {
    const { items, orders } = counter.desk.stream.state.value;
    const { cart, notes } = takeUp(kept.lines, items, counter.money);
    const target = orders.get(kept.target) ?? null;
    const isLost = kept.target !== "" && target === null;
    counter.placing.value = null;
    counter.cart.value = cart;
    counter.mode.value = kept.mode;
    counter.name.value = kept.name;
    counter.table.value = kept.table;
    counter.target.value = target;
    counter.notes.value = isLost ? [...notes, later.t("orderGone")] : notes;
}

/** From now on the cart is kept; what was there before a reload comes back with the menu. */
export function keepCart(counter: Counter): void {
    const { state } = counter.desk.stream;
    let before = readCart();
    counter.parked.value = readParked();
    effect(() => {
        if (state.value.cursor === null) {
            return; // no menu yet
        }
        const kept = before;
        before = null;
        if (kept && counter.cart.peek().length === 0) {
            show(counter, kept);
        }
        writeCart(present(counter));
    });
}

function change(counter: Counter, how: (list: readonly Parked[]) => readonly Parked[]): boolean {
    const kept = readParked();
    // What another window of this device parked is there, too; what cannot be kept is here.
    const list = how(kept.length > 0 ? kept : counter.parked.value);
    counter.parked.value = list;
    return writeParked(list);
}

export function ParkSheet({ counter }: { counter: Counter }) {
    const { name, table, parked } = counter;
    const [label, setLabel] = useState(() => labelFor(name.value, table.value, parked.value));
    const park = (event: Event): void => {
        event.preventDefault();
        const kept = present(counter);
        const total = totalOf(kept, counter.desk.stream.state.value.items, counter.session());
        const called = label.trim();
        const isKept = change(counter, (list) => {
            const id = 1 + Math.max(0, ...list.map((other) => other.id));
            return [...list, { ...kept, id, label: called, at: Date.now(), total }];
        });
        counter.clear();
        say(later.t(isKept ? "isParked" : "isParkedHere", { name: called }));
    };
    return (
        <Sheet title={later.t("parkTitle")} onClose={counter.close}>
            <form class="parked-form" onSubmit={park}>
                <p>{later.t("parkHow")}</p>
                <label class="field">
                    {later.t("parkLabel")}
                    <input
                        value={label}
                        maxLength={labelMax}
                        autocomplete="off"
                        onInput={(event) => setLabel(event.currentTarget.value)}
                    />
                </label>
                <button type="submit" class="primary" disabled={label.trim() === ""}>
                    {later.t("parkIt")}
                </button>
            </form>
        </Sheet>
    );
}

export function ParkedSheet({ counter }: { counter: Counter }) {
    const list = counter.parked.value;
    const isBusy = counter.cart.value.length > 0 || counter.target.value !== null;
    const takeOff = (one: Parked): void =>
        void change(counter, (all) => all.filter(({ id }) => id !== one.id));
    const recall = (one: Parked): void => {
        takeOff(one);
        show(counter, one);
        counter.tab.value = "sell";
        counter.close();
    };
    const drop = (one: Parked): void => {
        takeOff(one);
        offerUndo(
            later.t("isOff", { name: one.label }),
            () => void change(counter, (all) => [...all, one]),
        );
    };
    return (
        <Sheet title={t("parkedCarts")} onClose={counter.close}>
            {list.length === 0 ? (
                <p class="empty">{later.t("noneParked")}</p>
            ) : (
                <p>{later.t("noneIsOrder")}</p>
            )}
            {isBusy && list.length > 0 && (
                <p class="flag">
                    <Icon name="warn" />
                    <span>{later.t("cartIsBusy")}</span>
                </p>
            )}
            <ul class="parked">
                {list.map((one) => (
                    <li key={one.id}>
                        <span>
                            <strong>
                                <bdi>{one.label}</bdi>
                            </strong>
                            <small>
                                {later.counted("itemsSince", cartCount(one.lines), {
                                    age: sayAge(Date.now() - one.at),
                                })}
                            </small>
                        </span>
                        <b>{counter.money(one.total)}</b>
                        <button
                            type="button"
                            class="primary"
                            disabled={isBusy}
                            aria-label={later.t("takeUpOf", { name: one.label })}
                            onClick={() => recall(one)}
                        >
                            {later.t("takeUp")}
                        </button>
                        <button
                            type="button"
                            class="danger"
                            aria-label={later.t("dropOf", { name: one.label })}
                            onClick={() => drop(one)}
                        >
                            {later.t("dropParked")}
                        </button>
                    </li>
                ))}
            </ul>
        </Sheet>
    );
}
