// Which orders an exported journal holds: a reader of the few events that the check counts.
import { readFile } from "node:fs/promises";

const ORDER_OPEN = 32;
const LINE_ADD = 34;

/** msgpack as docs/protocol.md has it; the verifier judges its spelling, this only reads. */
class Reader {
    #at = 0;

    constructor(bytes) {
        this.bytes = bytes;
    }

    #take(count) {
        this.#at += count;
        if (this.#at > this.bytes.length) throw new Error("an event ends early");
        return this.bytes.subarray(this.#at - count, this.#at);
    }

    #number(size) {
        return Number(BigInt(`0x${this.#take(size).toString("hex")}`));
    }

    #signed(size) {
        return Number(BigInt.asIntN(8 * size, BigInt(`0x${this.#take(size).toString("hex")}`)));
    }

    #array(count) {
        return Array.from({ length: count }, () => this.value());
    }

    value() {
        const tag = this.#take(1)[0];
        if (tag < 0x80) return tag;
        if (tag >= 0xe0) return tag - 256;
        if (tag >= 0x90 && tag < 0xa0) return this.#array(tag - 0x90);
        if (tag >= 0xa0 && tag < 0xc0) return this.#take(tag - 0xa0).toString("utf8");
        const form = Reader.#forms[tag];
        if (!form) throw new Error(`an event holds the byte ${tag}`);
        return form(this);
    }

    static #forms = {
        0xc0: () => null,
        0xc2: () => false,
        0xc3: () => true,
        0xc4: (r) => r.#take(r.#number(1)),
        0xc5: (r) => r.#take(r.#number(2)),
        0xc6: (r) => r.#take(r.#number(4)),
        0xcc: (r) => r.#number(1),
        0xcd: (r) => r.#number(2),
        0xce: (r) => r.#number(4),
        0xcf: (r) => r.#number(8),
        0xd0: (r) => r.#signed(1),
        0xd1: (r) => r.#signed(2),
        0xd2: (r) => r.#signed(4),
        0xd3: (r) => r.#signed(8),
        0xd9: (r) => r.#take(r.#number(1)).toString("utf8"),
        0xda: (r) => r.#take(r.#number(2)).toString("utf8"),
        0xdc: (r) => r.#array(r.#number(2)),
        0xdd: (r) => r.#array(r.#number(4)),
    };
}

/** Each event of an export's @text: {log, seq, type, id, body}; id: of what it is about. */
export function eventsOf(text) {
    const lines = text.split("\n").slice(1);
    return lines.filter(Boolean).map((line) => {
        const { log, seq, event } = JSON.parse(line);
        const [type, , entity, , , body] = new Reader(Buffer.from(event, "base64")).value();
        return { log, seq, type, id: entity.toString("hex"), body };
    });
}

/**
 * What the export at @path holds: {orders, events}. orders: a list of {id, number, name, opened,
 * amount}; name: the note of its first line; opened: how many events open it; amount: of its lines
 * as entered, options included. events: from "log seq" to the id of the event's entity.
 */
export async function journalRead(path) {
    const orders = new Map();
    const events = new Map();
    for (const { log, seq, type, id, body } of eventsOf(await readFile(path, "utf8"))) {
        events.set(`${log} ${seq}`, id);
        if (type === ORDER_OPEN) orderOpen(orders, id, body);
        else if (type === LINE_ADD && orders.has(id)) lineAdd(orders.get(id), body);
    }
    return { orders: [...orders.values()], events };
}

function orderOpen(orders, id, [, lane, number]) {
    const order = orders.get(id) ?? { id, name: "", opened: 0, amount: 0 };
    orders.set(id, { ...order, number: `${lane}${number}`, opened: order.opened + 1 });
}

function lineAdd(order, [, , , quantity, price, options, , , note]) {
    order.name ||= note;
    order.amount += quantity * options.reduce((sum, [, amount]) => sum + amount, price);
}
