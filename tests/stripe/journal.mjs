// Every move of money, as it happened: what tests hold the gateway's own reports against.
//
//   hold       promised by the customer's bank
//   release    of a hold: cancelled, expired, or not captured
//   capture    taken from the customer
//   refund     given back; refund_returned: that failed, and the merchant has it again
//   withdrawn  by the bank for a dispute; reinstated: the dispute was won

const SIGNS = {
    hold: { held: 1 },
    release: { held: -1 },
    capture: { held: -1, captured: 1 },
    refund: { refunded: 1 },
    refund_returned: { refunded: -1 },
    withdrawn: { disputed: 1 },
    reinstated: { disputed: -1 },
};

export class Journal {
    #account;
    #moves = [];

    constructor(account) {
        this.#account = account;
    }

    /** Of @charge; @object: what moved it, a charge, a refund or a dispute. */
    add(move, { payment_intent: intent, currency }, amount, object) {
        const { metadata } = this.#account.intents.get(intent);
        const { id: request, idempotency_key: key } = this.#account.request;
        this.#moves.push({
            seq: this.#moves.length + 1,
            at: this.#account.now,
            move,
            payment_intent: intent,
            amount,
            currency,
            object,
            request,
            key,
            metadata: { ...metadata },
        });
    }

    get moves() {
        return this.#moves;
    }

    get lines() {
        return this.#moves.map((move) => `${JSON.stringify(move)}\n`).join("");
    }

    /** By intent: what is held, and what the customer is out of. */
    get balances() {
        const sums = {};
        for (const { move, payment_intent: intent, amount } of this.#moves) {
            sums[intent] ??= { held: 0, captured: 0, refunded: 0, disputed: 0 };
            for (const [of, sign] of Object.entries(SIGNS[move])) sums[intent][of] += sign * amount;
        }
        for (const sum of Object.values(sums)) sum.net = sum.captured - sum.refunded - sum.disputed;
        return sums;
    }
}
