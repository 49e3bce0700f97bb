// A screen, as its person has it: what it showed when, and when it said that something is amiss.
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../demo/socket.mjs";
import { OVER, RANKS, rankOf } from "./book.mjs";

const OPEN_AGAIN_MS = 100;

/** How long a page hears nothing before it says so, ms: web/src/base/connection.ts, docs/api.md. */
const NODE_SILENT_MS = 2500;
const PEER_SILENT_MS = 2000;
const PHONE_SILENT_MS = 25_000;

/** An answer may be that much later than what it tells: its node was starting meanwhile. */
const ANSWER_LATE_MS = 5000;

/** When a screen says that it may be behind: [from, to], in order, none within another. */
class Spells {
    #spells = [];

    add(from, to) {
        const last = this.#spells.at(-1);
        if (to <= from) return;
        if (last && from <= last[1]) last[1] = Math.max(last[1], to);
        else this.#spells.push([from, to]);
    }

    /** The longest stretch of @from to @to in which nothing was said. */
    silentWithin(from, to) {
        let longest = 0;
        let at = from;
        for (const [begin, end] of this.#spells) {
            if (end <= at) continue;
            if (begin >= to) break;
            longest = Math.max(longest, begin - at);
            at = end;
        }
        return Math.max(longest, to - at);
    }
}

class Screen {
    shown = new Map(); // id -> when it showed each rank first
    wholes = []; // when it was given all there is
    veilsNext = false; // sabotage: what is told of its next order is lost on the way
    veiled = "";
    spells = new Spells();
    cursor = "";
    #heardAt = performance.now();
    #amissFrom = Number.POSITIVE_INFINITY; // unless something is heard before
    #isOpen = true;
    #socket = null;
    #listed = new Set(); // ids, in the parts of a snapshot so far

    /** @leaves: the rank at which its list has an order no more. */
    constructor({ name, silentMs, leaves = OVER }) {
        Object.assign(this, { name, silentMs, leaves });
    }

    open() {
        this.running = this.#run();
        return this;
    }

    /** Nobody looks at it any more. */
    async close() {
        this.#heard(performance.now());
        this.#isOpen = false;
        this.#socket?.close();
        await this.running;
    }

    send(frame) {
        this.#socket?.send(frame);
    }

    async #run() {
        while (this.#isOpen) {
            try {
                await this.#session();
            } catch {
                // The node is down, or out of reach; a page would ask again too.
            }
            if (this.#isOpen) await pause(OPEN_AGAIN_MS);
        }
    }

    async #session() {
        let end;
        const ended = new Promise((resolve) => {
            end = resolve;
        });
        const { port, path, origin } = this.where();
        this.#socket = await connect(port, path, (frame) => this.#take(frame), end, origin);
        const watch = setInterval(() => this.#lookAt(performance.now()), 500);
        this.greet();
        await ended;
        clearInterval(watch);
        this.#socket = null;
    }

    /** A page that hears nothing for so long takes its line for dead. */
    #lookAt(now) {
        if (now - this.#heardAt > this.silentMs) this.#socket?.close();
    }

    #heard(now) {
        const from = Math.min(this.#amissFrom, this.#heardAt + this.silentMs);
        this.spells.add(from, now);
        this.#heardAt = now;
        this.#amissFrom = Math.max(this.#amissFrom, now);
    }

    #take(frame) {
        const now = performance.now();
        this.#heard(now);
        if (frame.type === "hello" && !frame.resumed) this.#amissFrom = now;
        if (frame.type === "snapshot") this.#list(frame, now);
        if (frame.type === "marks") this.#amissFrom = amissFrom(frame.peers, now);
        this.#tell(frame, now);
        if (frame.cursor) this.cursor = frame.cursor;
    }

    #tell({ orders = [], removed = [] }, now) {
        if (this.veilsNext && orders.length > 0) {
            this.veiled = orders[0].id;
            this.veilsNext = false;
        }
        const told = orders.filter(({ id }) => id !== this.veiled);
        for (const { id, phase } of told) this.#show(id, rankOf(phase), now);
        for (const id of removed) if (id !== this.veiled) this.#show(id, OVER, now);
        for (const order of told) this.onOrder?.(order);
    }

    /** What is not in a whole list is over, for this screen. */
    #list({ orders, more }, now) {
        for (const { id } of orders) this.#listed.add(id);
        if (more) return;
        for (const id of this.shown.keys())
            if (!this.#listed.has(id) && id !== this.veiled) this.#show(id, OVER, now);
        this.#listed.clear();
        this.wholes.push(now);
        this.#amissFrom = Number.POSITIVE_INFINITY;
    }

    #show(id, rank, now) {
        const ranks = this.shown.get(id) ?? [];
        this.shown.set(id, ranks);
        for (let at = 0; at <= rank; at++) ranks[at] ??= now;
    }

    /** When it was right about an order of the book being at @rank, as somebody was told: it showed
     * that, or was given all there is when the order was over. */
    rightAt({ id, told }, rank) {
        const shownAt = this.shown.get(id)?.[rank] ?? Number.POSITIVE_INFINITY;
        if (id === this.veiled) return shownAt;
        const from = (told.get(this.leaves) ?? Number.POSITIVE_INFINITY) - ANSWER_LATE_MS;
        const wholeAt = this.wholes.find((at) => at >= from) ?? Number.POSITIVE_INFINITY;
        return Math.min(shownAt, wholeAt);
    }
}

/** From when on a screen that is told this of the others says that it may lack something. */
function amissFrom(peers, now) {
    const isBehind = peers.some(({ ahead, state }) => ahead > 0 || state !== "linked");
    if (isBehind || peers.length === 0) return isBehind ? now : Number.POSITIVE_INFINITY;
    return now + Math.max(0, PEER_SILENT_MS - Math.max(...peers.map((peer) => peer.heard_ms_ago)));
}

/** A board of the staff. */
export class Board extends Screen {
    /** @onOrder(order) for each state that it is sent. */
    constructor({ device, view, name = view, onOrder }) {
        const leaves = view === "kitchen" ? RANKS.ready : OVER;
        super({ name, silentMs: NODE_SILENT_MS, leaves });
        Object.assign(this, { device, view, onOrder });
    }

    where() {
        const cursor = this.cursor && `&cursor=${encodeURIComponent(this.cursor)}`;
        return { port: this.device.httpPort, path: `/ws?view=${this.view}${cursor}` };
    }

    greet() {}

    /** The ticket was drawn. */
    saw({ id, changed }, station) {
        this.send({ type: "seen", order: id, changed, station });
    }
}

/** A guest's page. */
export class Page extends Screen {
    orders = []; // that it follows, the newest 8

    constructor({ line, name, onOrder }) {
        super({ name, silentMs: PHONE_SILENT_MS });
        Object.assign(this, { line, onOrder });
    }

    where() {
        const { port, origin } = this.line;
        return { port, origin, path: "/ws?view=customer" };
    }

    greet() {
        const cursor = this.cursor ? { cursor: this.cursor } : {};
        this.send({
            type: "open",
            token: this.line.token,
            orders: this.orders,
            menu: false,
            ...cursor,
        });
    }

    follow(id) {
        this.orders = [...this.orders, id].slice(-8);
        this.send({ type: "follow", orders: this.orders });
    }
}
