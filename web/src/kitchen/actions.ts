// A cook's actions as requests.
import { type Draft, draft } from "../base/action";
import type { Order } from "../base/protocol";
import { numberText } from "../base/words";
import { t } from "./words";

type Named = Pick<Order, "id" | "number" | "numbers">;

const named = (order: Named) => ({ number: numberText(order) });

export function accept(order: Named, station: string): Draft {
    const path = "/api/orders/{id}/accept";
    const body = station === "" ? {} : { station };
    return draft("post", path, { id: order.id }, body, t("acceptLabel", named(order)));
}

export function refuse(order: Named, reason: string): Draft {
    const path = "/api/orders/{id}/refuse";
    return draft("post", path, { id: order.id }, { reason }, t("refuseLabel", named(order)));
}

/** What a cook made: these lines and no others, as somebody may add to the order meanwhile. */
export function done(order: Named, lines: number[], what: "bumpLabel" | "lineLabel"): Draft {
    const label = t(what, named(order));
    return draft("post", "/api/orders/{id}/done", { id: order.id }, { lines }, label);
}

export function recall(order: Named, lines: number[]): Draft {
    const label = t("recallLabel", named(order));
    return draft("post", "/api/orders/{id}/recall", { id: order.id }, { lines }, label);
}

export function amend(order: Named, line: number, yes: boolean): Draft {
    const label = t(yes ? "amendYesLabel" : "amendNoLabel", named(order));
    return draft("post", "/api/orders/{id}/amend", { id: order.id }, { line, yes }, label);
}
