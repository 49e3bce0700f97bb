import type { Order } from "../base/protocol";
import { Icon } from "../ui/icon";
import type { Counter } from "./counter";
import { t } from "./words";

interface Props {
    counter: Counter;
    order: Order;
}

/** Nothing before it is paid: what is not ours has no receipt. */
export function ReceiptButton({ counter, order }: Props) {
    const isPaid = order.due >= 0 && order.phase !== "draft";
    if (!isPaid || !counter.desk.can("take-money")) {
        return null;
    }
    return (
        <button
            type="button"
            onClick={() => (counter.sheet.value = { kind: "receipt", id: order.id })}
        >
            <Icon name="note" /> {t("receipt")}
        </button>
    );
}
