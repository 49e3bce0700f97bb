// Where webhooks go, and the secrets that sign them (docs/stripe.md, W1, W4).
import { invalid, unknownObject } from "./errors.mjs";
import { fits } from "./events.mjs";
import { Table } from "./lists.mjs";
import { metadataMerged } from "./params.mjs";
import { API_VERSION } from "./version.mjs";

const HERE = ["127.0.0.1", "[::1]", "localhost"];
const ROLL_SECONDS_MAX = 24 * 3600;

function mustBeHere(text) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || !/^https?:$/.test(url.protocol)) throw invalid("Invalid URL", "url", "url_invalid");
    if (!HERE.includes(url.hostname))
        throw invalid("This practice Stripe delivers to this machine only.", "url", "url_invalid");
}

export class Endpoints {
    #account;
    #table = new Table("webhook_endpoint");
    #secrets = new Map();
    #gone = new Set();

    constructor(account) {
        this.#account = account;
    }

    /** @secret: given by whoever sets up a test; otherwise a new one. It is told only here. */
    create({ url, enabled_events: types, description = null, metadata = {} }, secret) {
        mustBeHere(url);
        const endpoint = this.#table.add({
            id: this.#account.id("we"),
            object: "webhook_endpoint",
            api_version: API_VERSION,
            application: null,
            created: this.#account.now,
            description,
            enabled_events: types,
            livemode: false,
            metadata: metadataMerged({}, metadata),
            status: "enabled",
            url,
        });
        const first = secret ?? this.#newSecret();
        this.#secrets.set(endpoint.id, [{ secret: first, until: Infinity }]);
        return { ...endpoint, secret: first };
    }

    #newSecret() {
        return `whsec_${this.#account.dice.letters(32)}`;
    }

    get(id) {
        if (this.#gone.has(id)) throw unknownObject("webhook endpoint", id);
        return this.#table.get(id);
    }

    list(page) {
        return this.#table.page(page, "/v1/webhook_endpoints", ({ id }) => !this.#gone.has(id));
    }

    update(id, { disabled: isDisabled, metadata, ...rest }) {
        const endpoint = this.get(id);
        if (rest.url !== undefined) mustBeHere(rest.url);
        if (isDisabled !== undefined) endpoint.status = isDisabled ? "disabled" : "enabled";
        if (metadata !== undefined) endpoint.metadata = metadataMerged(endpoint.metadata, metadata);
        return Object.assign(endpoint, rest);
    }

    remove(id) {
        this.get(id);
        this.#gone.add(id);
        return { id, object: "webhook_endpoint", deleted: true };
    }

    /** Those that an event of @type goes to. */
    wanting(type) {
        return this.#table.all.filter(
            ({ id, status, enabled_events: types }) =>
                status === "enabled" &&
                !this.#gone.has(id) &&
                types.some((pattern) => fits(type, pattern)),
        );
    }

    /** A new secret beside the old one, which signs too for @overlap seconds. */
    roll(id, overlap) {
        this.get(id);
        if (!(overlap >= 0 && overlap <= ROLL_SECONDS_MAX)) throw invalid("Within a day.");
        const secret = this.#newSecret();
        const until = this.#account.now + overlap;
        const old = this.secretsOf(id).map((one) => ({ secret: one, until }));
        this.#secrets.set(id, [{ secret, until: Infinity }, ...old]);
        return secret;
    }

    /** That sign now, newest first. */
    secretsOf(id) {
        return this.#secrets
            .get(id)
            .filter(({ until }) => until > this.#account.now)
            .map(({ secret }) => secret);
    }
}
