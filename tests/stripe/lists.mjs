// Lists: newest first, in pages (docs/stripe.md, L1 to L4).
import { invalid, unknownObject } from "./errors.mjs";

const LIMIT = 10;

/** Objects of one kind in the order in which they were made. */
export class Table {
    #kind;
    #objects = [];
    #byId = new Map();

    constructor(kind) {
        this.#kind = kind;
    }

    add(object) {
        this.#byId.set(object.id, this.#objects.length);
        this.#objects.push(object);
        return object;
    }

    get all() {
        return this.#objects;
    }

    has(id) {
        return this.#byId.has(id);
    }

    /** Throws what Stripe answers when there is none; @param names where the id was. */
    get(id, param) {
        const at = this.#byId.get(id);
        if (at === undefined) throw unknownObject(this.#kind, id, param);
        return this.#objects[at];
    }

    #cursor(id, param) {
        const at = this.#byId.get(id);
        if (at === undefined) {
            const error = unknownObject(this.#kind, id, param);
            error.status = 400;
            throw error;
        }
        return at;
    }

    /** One page of those that @matches; the cursors need not match. */
    page(params, url, matches, view = (object) => object) {
        const { limit = LIMIT, starting_after: after, ending_before: before } = params;
        if (after !== undefined && before !== undefined)
            throw invalid("Only one of starting_after and ending_before.", "starting_after");
        const until = after === undefined ? Infinity : this.#cursor(after, "starting_after");
        const from = before === undefined ? -1 : this.#cursor(before, "ending_before");
        const found = this.#objects.filter(
            (object, at) => at < until && at > from && matches(object),
        );
        const isForward = before !== undefined;
        const page = isForward ? found.slice(0, limit) : found.slice(-limit);
        return {
            object: "list",
            data: page.toReversed().map(view),
            has_more: found.length > page.length,
            url,
        };
    }
}
