// The order just placed: its number, the change, how far it got.
import { Icon } from "../ui/icon";
import type { Counter, Placing } from "./counter";
import { dueText, Ticks } from "./orders";
import { ReceiptButton } from "./receipt-button";

export function PlacedPanel({ counter, placing }: { counter: Counter; placing: Placing }) {
    const { placed } = placing;
    const next = (): void => {
        counter.placing.value = null;
    };
    return (
        <section class="cart placed" aria-label="Order placed">
            {placed === null ? (
                <div class="placed-wait" role="status">
                    <Icon name="sync" />
                    <h2>Not sent yet</h2>
                    <p>
                        This order is kept on this screen and sent as soon as the node answers. It
                        gets its number then; tell the kitchen by voice meanwhile.
                    </p>
                </div>
            ) : (
                <>
                    <p class="placed-number" role="status">
                        <span>Order</span>
                        <strong>{placed.number}</strong>
                    </p>
                    <Change counter={counter} placing={placing} />
                    <PlacedTicks counter={counter} id={placed.id} />
                </>
            )}
            <footer>
                <button type="button" class="primary huge" onClick={next}>
                    Next order
                </button>
            </footer>
        </section>
    );
}

function Change({ counter, placing }: { counter: Counter; placing: Placing }) {
    const placed = placing.placed;
    if (!placed) {
        return null;
    }
    if (placing.isLater) {
        return <p class="placed-sum">To pay later: {counter.money(placed.total)}</p>;
    }
    if (placing.isPart) {
        return <Parts counter={counter} id={placed.id} />;
    }
    if (placed.change === 0) {
        const { tip } = placing;
        const rest = tip > 0 ? `tip ${counter.money(tip)}` : "no change";
        return (
            <p class="placed-sum">
                Paid {counter.money(placed.total + tip)}, {rest}
            </p>
        );
    }
    return (
        <p class="placed-change">
            <span>Change</span>
            <strong>{counter.money(placed.change)}</strong>
            <span>
                of {counter.money(placing.tendered)} for {counter.money(placed.total)}
            </span>
        </p>
    );
}

/** What is still open of an order that is paid in parts, and the way back to them. */
function Parts({ counter, id }: { counter: Counter; id: string }) {
    const order = counter.desk.stream.state.value.orders.get(id);
    if (!order) {
        return null;
    }
    const split = (): void => {
        counter.sheet.value = { kind: "split", id };
    };
    return order.due < 0 ? (
        <button type="button" class="primary" onClick={split}>
            {dueText(order, counter.money)}
        </button>
    ) : (
        <p class="placed-sum">Paid {counter.money(order.paid)} in parts</p>
    );
}

function PlacedTicks({ counter, id }: { counter: Counter; id: string }) {
    const order = counter.desk.stream.state.value.orders.get(id);
    return order ? (
        <>
            <Ticks counter={counter} order={order} />
            <ReceiptButton counter={counter} order={order} />
        </>
    ) : null;
}
