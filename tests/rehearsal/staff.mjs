// Who works there: clerks who sell, three stations that cook, and who hands over.
import { Caller, Refused } from "./ask.mjs";
import { OVER, RANKS } from "./book.mjs";
import { CAKE, STATIONS } from "./score.mjs";
import { Board } from "./screen.mjs";

const CLERKS = 3; // at a counter
const HANDS = 6; // deeds of one person that are under way
const LOOK_MS = 50; // between two looks at the paper
const SLIP_PATIENCE_MS = 3000;

/** Runs @deeds, as many at once as there are @hands; in order. */
class Queue {
    trouble = null;
    #waiting = [];
    #running = 0;

    constructor(hands) {
        this.hands = hands;
    }

    get isIdle() {
        return this.#running + this.#waiting.length === 0;
    }

    add(deed) {
        this.#waiting.push(deed);
        this.#next();
    }

    #next() {
        if (this.#running >= this.hands || this.#waiting.length === 0) return;
        this.#running++;
        const deed = this.#waiting.shift();
        deed()
            .catch((error) => {
                this.trouble ??= error;
            })
            .finally(() => {
                this.#running--;
                this.#next();
            });
    }
}

/** What remains of an order when there is no cake; tea instead of nothing. */
export function withoutCake({ lines, ...body }) {
    const rest = lines.filter(({ item }) => item !== CAKE);
    return { ...body, lines: rest };
}

/** Whether a node said no to the cake. */
export const isSoldOut = (error) => error instanceof Refused && error.problem.item === CAKE;

export class Counter {
    queue = new Queue(CLERKS);

    constructor(device, book) {
        this.caller = new Caller(device);
        Object.assign(this, { device, book });
        this.board = new Board({ device, view: "counter", name: device.name });
    }

    async open() {
        await this.caller.open();
        this.board.open();
        return this;
    }

    take(wish) {
        this.queue.add(() => this.sell(wish));
    }

    /** One order, paid at once or by the slip of a card reader afterwards. */
    async sell(wish) {
        const { lines, mode, pays } = wish;
        const cash = pays === "cash" ? { payment: { method: "cash" } } : {};
        const forced = wish.isForced ? { forced: true } : {};
        let body = { channel: "counter", mode, lines, ...cash, ...forced };
        let answer;
        try {
            answer = await this.caller.post("/api/orders", body);
        } catch (error) {
            if (!isSoldOut(error)) throw error;
            this.book.soldOut++;
            body = withoutCake(body);
            answer = await this.caller.post("/api/orders", body);
        }
        const order = this.book.placed(wish, body, answer);
        this.book.tell(order.id, RANKS.placed);
        if (pays === "cash") return;
        const { id, total: amount } = order;
        this.book.did(
            "pay",
            order,
            await this.caller.post(`/api/orders/${id}/pay`, { method: pays, amount }),
        );
    }
}

export class Kitchen {
    queue = new Queue(HANDS);
    boards = [];
    #begun = new Set(); // "deed id"
    #made = new Set(); // "station id"
    #rack = []; // {what, isDue, deed}: a cook waits for its slip

    constructor(device, book, papers) {
        this.caller = new Caller(device);
        Object.assign(this, { device, book, papers });
        for (const station of STATIONS) {
            const name = `kitchen, ${station}`;
            const onOrder = (order) => this.#see(order, station, board);
            const board = new Board({ device, view: "kitchen", name, onOrder });
            this.boards.push(board);
        }
    }

    async open() {
        await this.caller.open();
        for (const board of this.boards) board.open();
        this.#read();
        return this;
    }

    close() {
        clearTimeout(this.timer);
    }

    /** Looks at the paper again and again. */
    async #read() {
        await this.papers.read();
        this.#rack = this.#rack.filter(({ number, station, until, deed }) => {
            const lies = this.papers.lies(number, station);
            if (!lies && performance.now() < until) return true;
            if (!lies) this.papers.byScreen.add(`${number} ${station}`);
            this.queue.add(deed);
            return false;
        });
        this.timer = setTimeout(() => this.#read(), LOOK_MS);
    }

    /** At one station: who has the first line answers for the order, each makes its own by its
     * slip; by the screen, when none comes. */
    #see(order, station, board) {
        const { number, phase } = order;
        const own = order.lines.filter((line) => line.station === station);
        if (own.length === 0) return;
        if (
            phase === "placed" &&
            order.lines[0].station === station &&
            this.#begins("answer", order)
        ) {
            board.saw(order, station);
            this.queue.add(() => this.#answer(order));
        }
        if (!["accepted", "cooking"].includes(phase) || !this.#begins(`make ${station}`, order))
            return;
        const until = performance.now() + SLIP_PATIENCE_MS;
        this.#rack.push({ number, station, until, deed: () => this.#make(order, own) });
    }

    #begins(name, { id }) {
        const what = `${name} ${id}`;
        const isNew = !this.#begun.has(what);
        this.#begun.add(what);
        return isNew;
    }

    async #answer(order) {
        const isNo = this.book.orders.get(order.id)?.isRefused ?? false;
        const [verb, body, rank] = isNo
            ? ["refuse", { reason: "too late for that" }, OVER]
            : ["accept", {}, RANKS.accepted];
        const done = await this.caller.post(`/api/orders/${order.id}/${verb}`, body);
        // A refusal gives stock back: the event that its answer names may be the item's.
        if (!isNo) this.book.did(verb, order, done);
        this.book.tell(order.id, rank);
    }

    async #make(order, own) {
        const [{ station }] = own;
        const lines = own.map(({ id }) => id);
        const done = await this.caller.post(`/api/orders/${order.id}/done`, { lines });
        this.book.did("done", order, done);
        this.#made.add(`${station} ${order.id}`);
        const isReady = order.lines.every((line) => this.#made.has(`${line.station} ${order.id}`));
        if (isReady) this.book.tell(order.id, RANKS.ready);
    }
}

export class Pickup {
    queue = new Queue(HANDS);
    #begun = new Set();

    constructor(device, book) {
        this.caller = new Caller(device);
        Object.assign(this, { device, book });
        this.board = new Board({ device, view: "pickup", onOrder: (order) => this.#see(order) });
    }

    async open() {
        await this.caller.open();
        this.board.open();
        return this;
    }

    #see(order) {
        if (order.phase !== "ready" || this.#begun.has(order.id)) return;
        this.#begun.add(order.id);
        this.queue.add(async () => {
            const done = await this.caller.post(`/api/orders/${order.id}/hand-over`, {});
            this.book.did("hand-over", order, done);
            this.book.handed.add(order.id);
            this.book.tell(order.id, OVER);
        });
    }
}
