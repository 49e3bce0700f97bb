// What was answered under which key, for a day of virtual time (docs/stripe.md, I1 to I6).
import { invalid, keyInUse, keyMisused } from "./errors.mjs";

const KEPT_SECONDS = 24 * 3600;
const KEY_MAX = 255;

export class Idempotency {
    #clock;
    #answers = new Map();
    #busy = new Set();

    constructor(clock) {
        this.#clock = clock;
    }

    /** The stored answer of @key, null if it is free. @asked: method, path, parameters as text. */
    find(key, asked) {
        if (key.length > KEY_MAX)
            throw invalid(`Idempotency keys have at most ${KEY_MAX} characters.`);
        if (this.#busy.has(key)) throw keyInUse(key);
        const kept = this.#answers.get(key);
        if (!kept || this.isForgotten(kept)) return null;
        if (kept.asked !== asked) throw keyMisused(key);
        return kept.answer;
    }

    isForgotten({ at }) {
        return this.#clock.now - at >= KEPT_SECONDS;
    }

    /** From here until end() any other request of this key is a conflict. */
    begin(key) {
        this.#busy.add(key);
    }

    /** @answer null: nothing ran, the key stays free. */
    end(key, asked, answer) {
        this.#busy.delete(key);
        if (answer) this.#answers.set(key, { asked, answer, at: this.#clock.now });
    }
}
