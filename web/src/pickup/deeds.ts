// What is done at the hand-over, as requests.
import { type Draft, draft } from "../base/action";
import type { Order } from "../base/protocol";
import { numberText } from "../base/words";
import { isWhole, type Units } from "./hand-over";
import { t } from "./words";

export function handOver(order: Order, units: Units[]): Draft {
    const body = isWhole(order, units) ? {} : { units };
    const label = t("handOver", { number: numberText(order) });
    return draft("post", "/api/orders/{id}/hand-over", { id: order.id }, body, label);
}

export function unhand(order: Order): Draft {
    const label = t("takeBack", { number: numberText(order) });
    return draft("post", "/api/orders/{id}/unhand", { id: order.id }, {}, label);
}

/** All that is left of it was made and is given to nobody. */
export function leave(order: Order): Draft {
    const label = t("leftLabel", { number: numberText(order) });
    const body = { uncollected: true };
    return draft("post", "/api/orders/{id}/hand-over", { id: order.id }, body, label);
}

export function cancel(order: Order): Draft {
    const label = t("cancel", { number: numberText(order) });
    const body = { reason: t("notCollectedReason") };
    return draft("post", "/api/orders/{id}/cancel", { id: order.id }, body, label);
}

export function reinstate(order: Order): Draft {
    const label = t("reinstate", { number: numberText(order) });
    return draft("post", "/api/orders/{id}/reinstate", { id: order.id }, {}, label);
}
