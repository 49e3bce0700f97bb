// Where an order is brought: the table, then the customer's name.
import type { Order } from "./protocol";
import { t } from "./words";

export function tableText({ table }: Pick<Order, "table">): string {
    return table ? t("table", { table }) : "";
}

/** "Table 7, Ana"; "" when nobody said either. */
export function whereText(order: Pick<Order, "table" | "name">): string {
    const { name } = order;
    const table = tableText(order);
    return table && name ? t("tableAndName", { table, name }) : table || name;
}
