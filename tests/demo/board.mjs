// A board as a browser sees it: a WebSocket that is opened again whenever it breaks.
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "./socket.mjs";

const OPEN_AGAIN_MS = 50;

export class Board {
    shownAt = new Map(); // order's id -> when a frame first showed it
    #cursor = "";
    #isOpen = true;
    #socket = null;

    /** @view: "kitchen" or "pickup"; @onOrder(order) for each state that it is sent. */
    constructor(device, view, onOrder) {
        Object.assign(this, { device, view, onOrder });
    }

    /** Keeps itself connected until close(). */
    open() {
        this.#run();
        return this;
    }

    close() {
        this.#isOpen = false;
        this.#socket?.close();
    }

    async #run() {
        while (this.#isOpen) {
            try {
                await this.#session();
            } catch {
                // The node is down, or refuses while it starts; a browser would ask again too.
            }
            if (this.#isOpen) await pause(OPEN_AGAIN_MS);
        }
    }

    async #session() {
        const cursor = this.#cursor && `&cursor=${encodeURIComponent(this.#cursor)}`;
        const path = `/ws?view=${this.view}${cursor}`;
        let end;
        const ended = new Promise((resolve) => {
            end = resolve;
        });
        this.#socket = await connect(this.device.httpPort, path, (frame) => this.#take(frame), end);
        await ended;
        this.#socket = null;
    }

    #take(frame) {
        const now = performance.now();
        for (const order of frame.orders ?? []) {
            if (!this.shownAt.has(order.id)) this.shownAt.set(order.id, now);
            this.onOrder(order);
        }
        if (frame.cursor) this.#cursor = frame.cursor;
    }
}
