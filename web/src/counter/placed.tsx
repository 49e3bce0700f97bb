// The order just placed: its number, the change, how far it got.
import { Icon } from "../ui/icon";
import type { Counter, Placing } from "./counter";
import { dueText, Ticks } from "./orders";
import { ReceiptButton } from "./receipt-button";
import { t } from "./words";

export function PlacedPanel({ counter, placing }: { counter: Counter; placing: Placing }) {
    const { placed } = placing;
    const next = (): void => {
        counter.placing.value = null;
    };
    return (
        <section class="cart placed" aria-label={t("orderPlaced")}>
            {placed === null ? (
                <div class="placed-wait" role="status">
                    <Icon name="sync" />
                    <h2>{t("notSentYet")}</h2>
                    <p>{t("notSentHow")}</p>
                </div>
            ) : (
                <>
                    <p class="placed-number" role="status">
                        <span>{t("order")}</span>
                        <strong>
                            <bdi>{placed.number}</bdi>
                        </strong>
                    </p>
                    <Change counter={counter} placing={placing} />
                    <PlacedTicks counter={counter} id={placed.id} />
                </>
            )}
            <footer>
                <button type="button" class="primary huge" onClick={next}>
                    {t("nextOrder")}
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
    const { money } = counter;
    const price = money(placed.total);
    if (placing.isLater) {
        return <p class="placed-sum">{t("toPayLater", { price })}</p>;
    }
    if (placing.isPart) {
        return <Parts counter={counter} id={placed.id} />;
    }
    if (placed.change === 0) {
        const { tip } = placing;
        const text =
            tip > 0
                ? t("paidWithTip", { price: money(placed.total + tip), tip: money(tip) })
                : t("paidExact", { price });
        return <p class="placed-sum">{text}</p>;
    }
    return (
        <p class="placed-change">
            <span>{t("change")}</span>
            <strong>{money(placed.change)}</strong>
            <span>{t("changeOf", { given: money(placing.tendered), price })}</span>
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
        <p class="placed-sum">{t("paidInParts", { price: counter.money(order.paid) })}</p>
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
