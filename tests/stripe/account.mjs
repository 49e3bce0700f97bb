// One Stripe account in test mode: its objects, its clock, its events. Each call runs in one go, so
// it is done wholly or not at all.
import { Charges } from "./charges.mjs";
import { Clock } from "./clock.mjs";
import { Dice } from "./dice.mjs";
import { Disputes } from "./disputes.mjs";
import { Domains } from "./domains.mjs";
import { Endpoints } from "./endpoints.mjs";
import { Events } from "./events.mjs";
import { Intents } from "./intents.mjs";
import { Journal } from "./journal.mjs";
import { Refunds } from "./refunds.mjs";
import { Sessions } from "./sessions.mjs";

const NOBODY = { id: null, idempotency_key: null };

export class Account {
    /** The request that is being answered: {id, idempotency_key}. */
    request = NOBODY;
    /** Where its pages lie: scheme, host and port. */
    origin = "";

    constructor({ seed = 1, now, runs, speed } = {}) {
        this.dice = new Dice(`${seed}/account`);
        // Apart, so that an object's id does not depend on how often somebody asked for a list.
        this.requests = new Dice(`${seed}/requests`);
        this.decoys = new Dice(`${seed}/decoys`);
        this.clock = new Clock({ now, runs, speed });
        this.journal = new Journal(this);
        this.events = new Events(this);
        this.charges = new Charges(this);
        this.refunds = new Refunds(this);
        this.disputes = new Disputes(this);
        this.intents = new Intents(this);
        this.sessions = new Sessions(this);
        this.endpoints = new Endpoints(this);
        this.domains = new Domains(this);
    }

    get now() {
        return this.clock.now;
    }

    id(prefix) {
        return this.dice.id(prefix);
    }

    /** Does @deed as the work of @request: events and the journal name it. */
    during(request, deed) {
        this.request = request;
        try {
            return deed();
        } finally {
            this.request = NOBODY;
        }
    }
}
