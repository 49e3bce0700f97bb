// A guest with a phone: orders, pays by card in the page, and watches.
import { Caller, PhoneLine } from "./ask.mjs";
import { RANKS } from "./book.mjs";
import { Page } from "./screen.mjs";
import { isSoldOut, withoutCake } from "./staff.mjs";

const AGAIN_MS = 400;

/** How a guest pays the form @intent at the provider, to which phones have a way of their own. */
const CARDS = {
    visa: (intents, id) => confirm(intents, id, "pm_card_visa"),
    declined(intents, id) {
        confirm(intents, id, "pm_card_visa_chargeDeclined");
        confirm(intents, id, "pm_card_visa");
    },
    bank(intents, id) {
        confirm(intents, id, "pm_card_threeDSecure2Required");
        intents.authenticate(id, true);
    },
};

/** A card that is declined is an error of the call, not of ours. */
function confirm(intents, id, method) {
    try {
        intents.confirm(id, { payment_method: method }, true);
    } catch (error) {
        if (method !== "pm_card_visa_chargeDeclined") throw error;
    }
}

export class Phone {
    trouble = null;
    placed = 0;
    #left = 0; // that it has not paid yet
    #last = Promise.resolve();

    constructor({ name, port, origin, account, book }) {
        this.line = new PhoneLine(port, origin);
        this.caller = new Caller(this.line, { againMs: AGAIN_MS });
        this.page = new Page({ line: this.line, name, onOrder: (order) => this.#see(order) });
        Object.assign(this, { name, account, book });
    }

    async open() {
        await this.caller.open();
        this.line.token = (await this.caller.ask("/api/session/customer", {})).token;
        this.page.open();
        return this;
    }

    /** One after the other. */
    take(wish) {
        this.#left++;
        this.#last = this.#last
            .then(() => this.#order(wish))
            .catch((error) => {
                this.trouble ??= error;
            })
            .finally(() => this.#left--);
    }

    get isIdle() {
        return this.#left === 0;
    }

    async #order(wish) {
        const order = await this.#place(wish);
        this.placed++;
        this.page.follow(order.id);
        const { client_secret: secret } = await this.#form(order);
        const [intent] = secret.split("_secret_");
        CARDS[wish.card](this.account.intents, intent);
    }

    async #place(wish) {
        let body = { channel: "phone", mode: wish.mode, lines: wish.lines };
        try {
            return this.book.placed(wish, body, await this.caller.post("/api/orders", body));
        } catch (error) {
            if (!isSoldOut(error)) throw error;
        }
        this.book.soldOut++;
        body = withoutCake(body);
        return this.book.placed(wish, body, await this.caller.post("/api/orders", body));
    }

    /** While the provider is out of reach there is none; then the page is asked to try again. */
    async #form({ id }) {
        return this.caller.ask(`/api/orders/${id}/payment`, {});
    }

    /** It is paid when the page says that the stall has it. */
    #see({ id, phase }) {
        if (phase !== "draft" && phase !== "cancelled") this.book.tell(id, RANKS.placed);
    }

    async close() {
        await this.page.close();
        this.line.close();
    }
}
