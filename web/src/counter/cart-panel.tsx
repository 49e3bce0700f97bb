// What is being ordered, and the way to the till.

import { type CartLine, cartCount, changeQuantity, lineTotal } from "../base/cart";
import { optionNames } from "../base/options";
import { modeText, numberText } from "../base/words";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { RecentOrders } from "./orders";
import { PlacedPanel } from "./placed";
import { type Shortage, shortages, shortageText, soldOutLines } from "./shortage";
import { Stepper } from "./stepper";
import { Told } from "./told";
import { counted, listed, t } from "./words";

/** The side of the counter's screen: the last order, the cart, or the newest orders. */
export function Side({ counter }: { counter: Counter }) {
    if (counter.cart.value.length > 0 || counter.target.value) {
        return <CartPanel counter={counter} />;
    }
    if (counter.placing.value) {
        return <PlacedPanel counter={counter} placing={counter.placing.value} />;
    }
    return (
        <section class="cart is-empty" aria-label={t("order")}>
            <p class="empty">{t("tapMenu")}</p>
            {counter.parked.value.length > 0 && (
                <button type="button" onClick={() => (counter.sheet.value = { kind: "parked" })}>
                    {t("parkedCarts")} <b class="badge">{counter.parked.value.length}</b>
                </button>
            )}
            <h2>{t("lastOrders")}</h2>
            <RecentOrders counter={counter} limit={5} />
        </section>
    );
}

export function CartPanel({ counter }: { counter: Counter }) {
    const { cart, target } = counter;
    const items = counter.desk.stream.state.value.items;
    const lost = soldOutLines(cart.value, items, counter.forced.value);
    const gone = new Set(lost.map((line) => line.id));
    return (
        <section class="cart" aria-label={t("order")}>
            <header>
                <h2>
                    {target.value ? t("addTo", { number: numberText(target.value) }) : t("order")}
                </h2>
                <span>
                    {cart.value.length > 0 && !target.value && (
                        <button
                            type="button"
                            class="plain"
                            onClick={() => (counter.sheet.value = { kind: "park" })}
                        >
                            {t("park")}
                        </button>
                    )}
                    <button type="button" class="plain" onClick={counter.clear}>
                        {t("clear")}
                    </button>
                </span>
            </header>
            {counter.notes.value.map((note) => (
                <p key={note} class="flag">
                    <Icon name="warn" /> <span>{note}</span>
                </p>
            ))}
            {!target.value && <Details counter={counter} />}
            <ul class="cart-lines">
                {cart.value.map((line) => (
                    <Row key={line.id} counter={counter} line={line} isGone={gone.has(line.id)} />
                ))}
            </ul>
            {gone.size > 0 && (
                <p class="flag">
                    <Icon name="warn" /> <span>{t("soldOutMeanwhile")}</span>
                </p>
            )}
            {shortages(cart.value, items).map((shortage) => (
                <Short key={shortage.item} counter={counter} shortage={shortage} />
            ))}
            <footer>
                <p class="total">
                    <span>{t("total")}</span>
                    <strong>{counter.money(counter.total.value)}</strong>
                </p>
                <Finish counter={counter} isBlocked={gone.size > 0} />
            </footer>
        </section>
    );
}

/** What this device may not sell, and the way to sell it all the same. */
function Short({ counter, shortage }: { counter: Counter; shortage: Shortage }) {
    const item = counter.desk.stream.state.value.items.get(shortage.item);
    const isForced = counter.forced.value.has(shortage.item);
    const what = isForced ? t("oversoldAsSaid") : shortageText(shortage);
    return (
        <div class="flag short">
            <Icon name="warn" />
            <span>
                <Told text={t("shortOf", { name: shortage.name, what })} />
            </span>
            {item && !isForced && (
                <button
                    type="button"
                    onClick={() => (counter.sheet.value = { kind: "force", item, isTap: false })}
                >
                    {t("sellAllTheSame")}
                </button>
            )}
        </div>
    );
}

function Finish({ counter, isBlocked }: { counter: Counter; isBlocked: boolean }) {
    const isEmpty = counter.cart.value.length === 0;
    if (counter.target.value) {
        const number = numberText(counter.target.value);
        return (
            <button
                type="button"
                class="primary huge"
                disabled={isBlocked || isEmpty}
                onClick={counter.addToOrder}
            >
                {counted("addMany", cartCount(counter.cart.value), { number })}
            </button>
        );
    }
    return (
        <button
            type="button"
            class="primary huge"
            disabled={isBlocked || isEmpty}
            onClick={() => (counter.sheet.value = { kind: "pay" })}
        >
            <Icon name="cash" /> {t("payPrice", { price: counter.money(counter.total.value) })}
        </button>
    );
}

const modes = [
    { mode: "eat-in", icon: "plate" },
    { mode: "take-away", icon: "bag" },
] as const;

function Details({ counter }: { counter: Counter }) {
    return (
        <div class="details">
            {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form */}
            <div class="switch" role="group" aria-label={t("mode")}>
                {modes.map(({ mode, icon }) => (
                    <button
                        key={mode}
                        type="button"
                        aria-pressed={counter.mode.value === mode}
                        onClick={() => (counter.mode.value = mode)}
                    >
                        <Icon name={icon} /> {modeText(mode)}
                    </button>
                ))}
            </div>
            <input
                class="table-number"
                aria-label={t("tableLabel")}
                placeholder={t("table")}
                inputMode="numeric"
                maxLength={5}
                value={counter.table.value}
                onInput={(event) =>
                    (counter.table.value = event.currentTarget.value.replace(/\D/g, ""))
                }
            />
            <input
                aria-label={t("nameLabel")}
                placeholder={t("nameHint")}
                maxLength={40}
                value={counter.name.value}
                onInput={(event) => (counter.name.value = event.currentTarget.value)}
            />
        </div>
    );
}

interface RowProps {
    counter: Counter;
    line: CartLine;
    isGone: boolean;
}

function Row({ counter, line, isGone }: RowProps) {
    const items = counter.desk.stream.state.value.items;
    const item = items.get(line.item);
    if (!item) {
        return null;
    }
    const options = optionNames(item, line.options);
    const open = (): void => {
        counter.sheet.value = { kind: "options", item, line };
    };
    return (
        <li class={isGone ? "row is-gone" : "row"}>
            <button type="button" class="row-name" onClick={open}>
                <span>
                    <bdi>{item.name}</bdi>
                </span>
                {options.length > 0 && (
                    <small>
                        <bdi>{listed(options)}</bdi>
                    </small>
                )}
                {line.note !== "" && (
                    <small class="row-note">
                        <Icon name="note" /> <bdi>{line.note}</bdi>
                    </small>
                )}
                {isGone ? (
                    <strong>{t("soldOut")}</strong>
                ) : (
                    <small class="edit">{t("editLine")}</small>
                )}
            </button>
            <Stepper
                value={line.quantity}
                least={0}
                label={item.name}
                onChange={(value) => {
                    const by = value - line.quantity;
                    counter.cart.value = changeQuantity(counter.cart.value, line.id, by);
                }}
            />
            <span class="row-total">{counter.money(lineTotal(line, items))}</span>
        </li>
    );
}
