// What is being ordered, and the way to the till.

import { type CartLine, cartCount, changeQuantity, lineTotal } from "../base/cart";
import { optionNames } from "../base/options";
import { numberText } from "../base/words";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { RecentOrders } from "./orders";
import { PlacedPanel } from "./placed";
import { type Shortage, shortages, shortageText, soldOutLines } from "./shortage";
import { Stepper } from "./stepper";

/** The side of the counter's screen: the last order, the cart, or the newest orders. */
export function Side({ counter }: { counter: Counter }) {
    if (counter.cart.value.length > 0 || counter.target.value) {
        return <CartPanel counter={counter} />;
    }
    if (counter.placing.value) {
        return <PlacedPanel counter={counter} placing={counter.placing.value} />;
    }
    return (
        <section class="cart is-empty" aria-label="Order">
            <p class="empty">Tap the menu to begin an order.</p>
            {counter.parked.value.length > 0 && (
                <button type="button" onClick={() => (counter.sheet.value = { kind: "parked" })}>
                    Parked carts <b class="badge">{counter.parked.value.length}</b>
                </button>
            )}
            <h2>Last orders</h2>
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
        <section class="cart" aria-label="Order">
            <header>
                <h2>{target.value ? `Add to ${numberText(target.value)}` : "Order"}</h2>
                <span>
                    {cart.value.length > 0 && !target.value && (
                        <button
                            type="button"
                            class="plain"
                            onClick={() => (counter.sheet.value = { kind: "park" })}
                        >
                            Park
                        </button>
                    )}
                    <button type="button" class="plain" onClick={counter.clear}>
                        Clear
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
                    <Icon name="warn" /> <span>Sold out meanwhile: take the marked lines out.</span>
                </p>
            )}
            {shortages(cart.value, items).map((shortage) => (
                <Short key={shortage.item} counter={counter} shortage={shortage} />
            ))}
            <footer>
                <p class="total">
                    <span>Total</span>
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
    return (
        <div class="flag short">
            <Icon name="warn" />
            <span>
                <strong>{shortage.name}</strong>:{" "}
                {isForced ? "oversold, as you said." : shortageText(shortage)}
            </span>
            {item && !isForced && (
                <button
                    type="button"
                    onClick={() => (counter.sheet.value = { kind: "force", item, isTap: false })}
                >
                    Sell all the same
                </button>
            )}
        </div>
    );
}

function Finish({ counter, isBlocked }: { counter: Counter; isBlocked: boolean }) {
    const isEmpty = counter.cart.value.length === 0;
    if (counter.target.value) {
        return (
            <button
                type="button"
                class="primary huge"
                disabled={isBlocked || isEmpty}
                onClick={counter.addToOrder}
            >
                Add {cartCount(counter.cart.value)} to {numberText(counter.target.value)}
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
            <Icon name="cash" /> Pay {counter.money(counter.total.value)}
        </button>
    );
}

const modes = [
    { mode: "eat-in", text: "Eat in", icon: "plate" },
    { mode: "take-away", text: "Take away", icon: "bag" },
] as const;

function Details({ counter }: { counter: Counter }) {
    return (
        <div class="details">
            {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form */}
            <div class="switch" role="group" aria-label="Eat in or take away">
                {modes.map(({ mode, text, icon }) => (
                    <button
                        key={mode}
                        type="button"
                        aria-pressed={counter.mode.value === mode}
                        onClick={() => (counter.mode.value = mode)}
                    >
                        <Icon name={icon} /> {text}
                    </button>
                ))}
            </div>
            <input
                class="table-number"
                aria-label="Table, if it is brought to one"
                placeholder="Table"
                inputMode="numeric"
                maxLength={5}
                value={counter.table.value}
                onInput={(event) =>
                    (counter.table.value = event.currentTarget.value.replace(/\D/g, ""))
                }
            />
            <input
                aria-label="Customer's name, if wanted"
                placeholder="Name (optional)"
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
                <span>{item.name}</span>
                {options.length > 0 && <small>{options.join(", ")}</small>}
                {line.note !== "" && (
                    <small class="row-note">
                        <Icon name="note" /> {line.note}
                    </small>
                )}
                {isGone ? <strong>Sold out</strong> : <small class="edit">Options, note</small>}
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
