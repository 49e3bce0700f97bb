// The stand-in: an account, its API, webhooks, practice pages and side door behind one address.
import { Account } from "./account.mjs";
import { Api } from "./api.mjs";
import { control } from "./control.mjs";
import { Faults } from "./faults.mjs";
import { listen } from "./http.mjs";
import { practice } from "./practice.mjs";
import { Webhooks } from "./webhooks.mjs";

export class StandIn {
    /** @seed decides all chance; @now is when it starts, @runs whether its clock goes by itself,
     * @speed times as fast as ours. */
    constructor({ seed = 1, now, runs = false, speed = 1 } = {}) {
        this.#make({ seed, now, runs, speed });
    }

    #make({ seed, now, runs, speed }) {
        this.account = new Account({ seed, now, runs, speed });
        this.faults = new Faults(seed);
        this.api = new Api(this.account, this.faults);
        this.webhooks = new Webhooks(this.account, this.faults);
        this.webhooks.isCut = () => this.api.cut !== "";
    }

    /** Listens on 127.0.0.1; @port 0: one that is free. */
    async open(port = 0) {
        this.server = await listen(
            port,
            (call) => this.#answer(call),
            () => this.account.clock.dateIn(0),
        );
        this.port = this.server.port;
        this.url = `http://127.0.0.1:${this.port}`;
        this.account.origin = this.url;
        return this;
    }

    #answer(call) {
        if (call.path.startsWith("/v1/")) return this.api.answer(call);
        if (call.path.startsWith("/_control/")) return control(this, call);
        return practice(this, call);
    }

    /** Another account under the same address: nothing of the one before is left. */
    reset({ seed = 1, now } = {}) {
        const { runs } = this.account.clock;
        this.#end();
        this.#make({ seed, now, runs: runs && now === undefined });
        this.account.origin = this.url ?? "";
    }

    #end() {
        this.webhooks.close();
        this.account.clock.close();
    }

    async close() {
        this.#end();
        await this.server?.close();
    }
}
