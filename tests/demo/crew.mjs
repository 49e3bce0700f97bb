// Who works behind the counter: the kitchen accepts and cooks what its board shows, pickup hands
// over what is ready. What their nodes acknowledged must be on every device too.
import { Board } from "./board.mjs";
import { Client } from "./client.mjs";

/** By role: what to do with an order in which phase. */
const DUTIES = {
    kitchen: { placed: "accept", accepted: "done" },
    pickup: { ready: "hand-over" },
};

export class Worker {
    answers = []; // {name, number, id, log, seq}
    trouble = null;
    #begun = new Set(); // "verb id"
    #last = Promise.resolve();

    constructor(device) {
        this.client = new Client(device);
        this.board = new Board(device, device.role, (order) => this.#see(order));
        this.duties = DUTIES[device.role];
    }

    async open() {
        await this.client.open();
        this.board.open();
        return this;
    }

    close() {
        this.board.close();
    }

    /** Until what it has seen so far is done; throws what went wrong. */
    async settled() {
        await this.#last;
        if (this.trouble) throw this.trouble;
    }

    #see(order) {
        const verb = this.duties[order.phase];
        const deed = `${verb} ${order.id}`;
        if (!verb || this.#begun.has(deed)) return;
        this.#begun.add(deed);
        this.#last = this.#last
            .then(() => this.#do(verb, order))
            .catch((error) => {
                this.trouble ??= error;
            });
    }

    async #do(verb, { id, number }) {
        const { log, seq } = await this.client.post(`/api/orders/${id}/${verb}`, {});
        this.answers.push({ name: verb, number, id, log, seq });
    }
}
