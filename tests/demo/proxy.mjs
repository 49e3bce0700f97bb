// A wire between two devices that can be cut, in user space: it needs no root.
import net from "node:net";

/**
 * Forwards TCP from a port of its own to wherever @target() says (a port of 127.0.0.1, or 0 for
 * nowhere). A cut wire loses nothing that TCP promised to keep; like a dead access point it either
 * falls silent (connections stay, bytes wait) or refuses (connections break, new ones too).
 */
export class Wire {
    #target;
    #pairs = new Set();
    #server = net.createServer({ allowHalfOpen: false }, (near) => this.#accept(near));
    #state = "whole";

    constructor(target) {
        this.#target = target;
    }

    async open() {
        await new Promise((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(0, "127.0.0.1", resolve);
        });
        return this;
    }

    get endpoint() {
        return `tcp://127.0.0.1:${this.#server.address().port}`;
    }

    cut(manner) {
        this.#state = manner;
        for (const pair of this.#pairs) this.#apply(pair);
    }

    heal() {
        this.#state = "whole";
        for (const pair of this.#pairs) this.#apply(pair);
    }

    close() {
        this.#server.close();
        for (const { near, far } of this.#pairs) {
            near.destroy();
            far?.destroy();
        }
    }

    #accept(near) {
        const pair = { near, far: null };
        near.on("error", () => near.destroy());
        near.on("close", () => {
            pair.far?.destroy();
            this.#pairs.delete(pair);
        });
        near.pause();
        this.#pairs.add(pair);
        this.#apply(pair);
    }

    /** Brings one connection into the wire's state. */
    #apply(pair) {
        if (this.#state === "refuse") {
            pair.near.destroy();
        } else if (this.#state === "silent") {
            pair.near.unpipe();
            pair.far?.unpipe();
            pair.near.pause();
            pair.far?.pause();
        } else {
            this.#join(pair);
        }
    }

    #join(pair) {
        const { near } = pair;
        const port = this.#target();
        if (!pair.far && port === 0) {
            near.destroy();
            return;
        }
        if (!pair.far) {
            pair.far = net.connect({ port, host: "127.0.0.1" });
            pair.far.setNoDelay(true);
            near.setNoDelay(true);
            pair.far.on("error", () => near.destroy());
            pair.far.on("close", () => near.destroy());
        }
        near.pipe(pair.far);
        pair.far.pipe(near);
    }
}
