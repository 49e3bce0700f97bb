// Events: each a snapshot of an object as it was (docs/stripe.md, V1 to V6).

import { invalid } from "./errors.mjs";
import { Table } from "./lists.mjs";
import { API_VERSION } from "./version.mjs";

const KEPT_SECONDS = 30 * 24 * 3600;

export class Events {
    #account;
    #table = new Table("event");
    #listeners = [];

    constructor(account) {
        this.#account = account;
    }

    /** @listener(event, isDouble) for each new one. */
    listen(listener) {
        this.#listeners.push(listener);
    }

    add(type, object) {
        this.#tell({
            id: this.#account.id("evt"),
            object: "event",
            api_version: API_VERSION,
            created: this.#account.now,
            data: { object: this.snapshot(object) },
            livemode: false,
            pending_webhooks: 0,
            request: { ...this.#account.request },
            type,
        });
    }

    snapshot(object) {
        return structuredClone(object);
    }

    /** The same change told again, as another event. */
    double(event) {
        this.#tell({ ...structuredClone(event), id: this.#account.id("evt") }, true);
    }

    #tell(event, isDouble = false) {
        this.#table.add(event);
        for (const listener of this.#listeners) listener(event, isDouble);
    }

    get all() {
        return this.#table.all;
    }

    get(id) {
        return this.#table.get(id);
    }

    list({ type, types, created = () => true, delivery_success: isDelivered, ...page }) {
        if (type !== undefined && types !== undefined)
            throw invalid("Only one of type and types.", "types");
        const patterns = types ?? (type === undefined ? ["*"] : [type]);
        const oldest = this.#account.now - KEPT_SECONDS;
        return this.#table.page(
            page,
            "/v1/events",
            (event) =>
                event.created >= oldest &&
                created(event.created) &&
                patterns.some((pattern) => fits(event.type, pattern)) &&
                (isDelivered === undefined || isDelivered === (event.pending_webhooks === 0)),
        );
    }
}

/** "charge.*" fits all of charges. */
export function fits(type, pattern) {
    return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
