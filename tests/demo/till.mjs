// The client at the counter. Its list of answers is what the check holds the devices to.
import { Client } from "./client.mjs";
import { Trouble } from "./words.mjs";

/** @index-th of @list, round and round. */
const pick = (list, index) => list[index % list.length];

export class Till extends Client {
    #count = 0;
    answers = []; // {name, body, id, number, total, log, seq, receivedAt}

    /** Reads what can be ordered. */
    async open() {
        const { items } = await this.device.get("/api/menu");
        this.items = items.filter((item) => item.available && !item.hidden);
        if (this.items.length === 0) throw new Trouble("the menu is empty");
        return super.open();
    }

    /** Takes one order; resolves once it is acknowledged. */
    take() {
        const at = this.#count++;
        return this.place({
            channel: "counter",
            mode: pick(["eat-in", "take-away"], at),
            lines: this.#lines(at, `for guest ${String(at + 1).padStart(3, "0")}`),
            payment: { method: "cash" },
        });
    }

    /** The note of its first line says whose it is, once each, and stands in the journal. */
    async place(body) {
        const placed = await this.post("/api/orders", body);
        const name = body.lines[0].note;
        const answer = { ...placed, body, name, receivedAt: performance.now() };
        this.answers.push(answer);
        return answer;
    }

    /** One or two lines that differ from order to order, with as many options as the item asks. */
    #lines(at, note) {
        return Array.from({ length: 1 + (at % 2) }, (_, line) => {
            const item = pick(this.items, at * 7 + line * 3);
            const options = item.groups.flatMap(({ min }, group) =>
                Array.from({ length: min }, (_, choice) => ({ group, choice })),
            );
            const about = line === 0 ? { note } : {};
            return { item: item.number, quantity: 1 + (at % 3), options, ...about };
        });
    }
}
