// What goes wrong, on purpose and counted. A rule is {kind, times, chance, skip, match}: of the
// requests or events that match it lets @skip pass, then strikes @times (null: always) by @chance.
import { Dice } from "./dice.mjs";
import { invalid } from "./errors.mjs";
import { fits } from "./events.mjs";

const ANY = "any request";
const RUN = "a request that runs"; // not one whose answer is replayed, nor a GET
const EVENT = "an event";
const PAY = "a payment";
const ASK = "a question of the bank";
const DONE = "control"; // not by rule: when it is asked for

/** Kind: [what it strikes, what happens]. */
export const KINDS = {
    drop_before: [ANY, "the connection breaks; nothing ran"],
    drop_after: [ANY, "it ran; the connection breaks before the answer"],
    hang_before: [ANY, "never answered; nothing ran"],
    hang_after: [ANY, "it ran; never answered"],
    cut_body: [ANY, "it ran; half of the answer comes, then the connection breaks"],
    html: [ANY, "200 with HTML and another clock, as of a captive portal; nothing ran"],
    delay: [
        ANY,
        "it runs `ms` later (200), or `seconds` by the clock; its key is in use meanwhile",
    ],
    rate_limit: [ANY, "429; nothing ran"],
    lock_timeout: [ANY, "429 lock_timeout; nothing ran"],
    conflict: [ANY, "409 idempotency_key_in_use; nothing ran"],
    unauthorised: [ANY, "401, as of a key that was revoked; nothing ran"],
    error_before: [ANY, "500; nothing ran, nothing is stored"],
    error_after: [RUN, "it ran and that is stored; 500 is what comes"],
    error_stored: [RUN, "500, which is stored; nothing ran"],
    error_stored_after: [RUN, "it ran; 500, which is stored"],
    webhook_drop: [EVENT, "never sent"],
    webhook_delay: [EVENT, "sent `seconds` later (30)"],
    webhook_duplicate: [EVENT, "sent twice"],
    webhook_reorder: [EVENT, "sent after the next one"],
    webhook_double: [EVENT, "told again as another event, under another id"],
    slow_bank: [
        PAY,
        "the intent is processing for `seconds` (30); then the bank may say no (`declines`)",
    ],
    bank_page: [ASK, "asked on the bank's own page: the customer is sent there, and comes back"],
    internet_down: [DONE, "connections break, webhooks do not arrive"],
    hold_expiry: [DONE, "the bank's promise ends early"],
    dispute: [DONE, "a chargeback or an inquiry"],
    refund: [DONE, "the bank's word on a refund: failed, canceled, succeeded"],
};

export class Faults {
    #dice;
    #rules = [];
    counts = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0]));

    constructor(seed) {
        this.#dice = new Dice(`${seed}/faults`);
    }

    add({ kind, times = 1, chance = 1, skip = 0, match = {}, ...how }) {
        if (!Object.hasOwn(KINDS, kind) || KINDS[kind][0] === DONE)
            throw invalid(`No rule strikes as '${kind}'.`, "kind");
        if (!(times === null || times >= 1) || !(chance > 0 && chance <= 1) || !(skip >= 0))
            throw invalid("times from 1 or null, chance up to 1, skip from 0.");
        try {
            new RegExp(match.path ?? "");
        } catch {
            throw invalid("match.path is no regular expression.", "match");
        }
        const { ms, seconds, declines } = how;
        this.#rules.push({ kind, times, chance, skip, match, ms, seconds, declines });
    }

    clear() {
        this.#rules = [];
    }

    get rules() {
        return this.#rules;
    }

    count(kind) {
        this.counts[kind]++;
    }

    /** The rule that strikes, or null; the first that does is the only one. */
    #strike(targets, matches) {
        for (const rule of this.#rules) {
            if (!targets.includes(KINDS[rule.kind][0]) || !matches(rule.match)) continue;
            if (rule.skip > 0) {
                rule.skip--;
                continue;
            }
            if (rule.chance < 1 && this.#dice.share() >= rule.chance) continue;
            if (rule.times !== null && --rule.times === 0) this.#forget(rule);
            this.count(rule.kind);
            return rule;
        }
        return null;
    }

    #forget(rule) {
        this.#rules = this.#rules.filter((one) => one !== rule);
    }

    /** @runs: it would do something now. A match may name a method and a path's pattern. */
    strikeRequest({ method, path }, runs) {
        return this.#strike(
            runs ? [ANY, RUN] : [ANY],
            (match) =>
                (match.method === undefined || match.method === method) &&
                (match.path === undefined || new RegExp(match.path).test(path)),
        );
    }

    /** A match may name a type, or "charge.*". */
    strikeEvent({ type }) {
        return this.#strike([EVENT], (match) => match.type === undefined || fits(type, match.type));
    }

    strikePayment() {
        return this.#strike([PAY], () => true);
    }

    strikeQuestion() {
        return this.#strike([ASK], () => true);
    }
}
