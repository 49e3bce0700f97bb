// Orders that left the node's board while a cook still had them. Why they left is asked for: a
// ticket that was cancelled stays, struck, until the cook has understood; others go.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Order } from "../base/protocol";

type Orders = ReadonlyMap<string, Order>;

export interface Gone {
    /** Still to be shown, though the node's board has them no more. */
    readonly orders: ReadonlySignal<Orders>;
    /** @param held the ids of the tickets that a cook has to work on */
    update(current: Orders, held: ReadonlySet<string>): void;
}

export function makeGone(ask: (id: string) => Promise<Order>): Gone {
    const orders = signal<Orders>(new Map());
    let before: Orders = new Map();

    function put(id: string, order: Order | null): void {
        const next = new Map(orders.peek());
        if (order) {
            next.set(id, order);
        } else {
            next.delete(id);
        }
        orders.value = next;
    }

    async function find(id: string): Promise<void> {
        const order = await ask(id).catch(() => null);
        if (orders.peek().has(id)) {
            put(id, order?.phase === "cancelled" ? order : null);
        }
    }

    return {
        orders,
        update(current, held) {
            for (const [id, order] of before) {
                if (!current.has(id) && held.has(id) && !orders.peek().has(id)) {
                    put(id, order);
                    void find(id);
                }
            }
            for (const id of orders.peek().keys()) {
                if (current.has(id)) {
                    put(id, null);
                }
            }
            before = current;
        },
    };
}
