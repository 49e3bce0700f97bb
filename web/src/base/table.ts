// Where an order is brought: the table, then the customer's name.
import type { Order } from "./protocol";

export function tableText({ table }: Pick<Order, "table">): string {
    return table ? `Table ${table}` : "";
}

/** "Table 7, Ana"; "" when nobody said either. */
export function whereText(order: Pick<Order, "table" | "name">): string {
    return [tableText(order), order.name].filter(Boolean).join(", ");
}
