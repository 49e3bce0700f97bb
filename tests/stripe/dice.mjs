// All chance of the stand-in, from one seed: ids, secrets, and whether a fault strikes.
import { createHash } from "node:crypto";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LETTERS = 24;

export class Dice {
    #seed;
    #count = 0;

    constructor(seed) {
        this.#seed = String(seed);
    }

    #bytes() {
        return createHash("sha256")
            .update(`${this.#seed}/${this.#count++}`)
            .digest();
    }

    /** Within [0, 1). */
    share() {
        return this.#bytes().readUInt32BE(0) / 2 ** 32;
    }

    hex() {
        return this.#bytes().toString("hex");
    }

    /** @count letters and digits, 32 at most. */
    letters(count = ID_LETTERS) {
        return [...this.#bytes().subarray(0, count)].map((byte) => LETTERS[byte % 62]).join("");
    }

    id(prefix) {
        return `${prefix}_${this.letters()}`;
    }
}
