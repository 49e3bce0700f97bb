// What the clients were told, and when: what promises are judged by, besides paper and the
// provider's journal.

/** How far an order is; a screen that shows one shows all before it. */
export const RANKS = { draft: 0, placed: 1, accepted: 2, cooking: 2, ready: 3 };
export const OVER = 4; // handed over, refused, cancelled
export const rankOf = (phase) => RANKS[phase] ?? OVER;

export class Book {
    orders = new Map(); // id -> {guest, by, id, number, total, log, seq, body, name, told, ...}
    deeds = []; // {name, number, id, log, seq}
    handed = new Set(); // ids: somebody at the pickup gave it to its guest
    soldOut = 0; // times that somebody heard "sold out"
    #phones = new Map(); // name -> orders
    stolen = []; // what was sold on the tablet after it was stolen

    /** @answer: of the node, to the order that @wish asked for with @body. */
    placed(wish, body, answer) {
        const { guest, by, isRefused, card } = wish;
        const told = new Map(); // rank -> when a client was told so first
        const phone = typeof by === "number" ? `phone ${by + 1}` : "";
        const order = { ...answer, guest, by, phone, isRefused, card, body, name: guest, told };
        this.orders.set(answer.id, order);
        if (phone) this.#phones.set(phone, [...this.ofPhone(phone), order]);
        return order;
    }

    /** The orders of a phone, by its name. */
    ofPhone(name) {
        return this.#phones.get(name) ?? [];
    }

    /** A client was told that order @id is that far. */
    tell(id, rank) {
        const order = this.orders.get(id);
        if (order && !order.told.has(rank)) order.told.set(rank, performance.now());
    }

    did(name, { id, number }, { log, seq, events }) {
        if (events !== 0) this.deeds.push({ name, number, id, log, seq });
    }

    /** Orders that are neither handed over nor refused, of those that the kitchen is to have. */
    get open() {
        let count = 0;
        for (const { told } of this.orders.values()) if (!told.has(OVER)) count++;
        return count;
    }
}
