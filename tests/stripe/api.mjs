// One call of the API: who asks for what, once for each key, and what goes wrong with it.
import { setTimeout as pause } from "node:timers/promises";
import {
    ApiError,
    broken,
    invalid,
    keyInUse,
    noSuchCall,
    objectBusy,
    tooMany,
    unauthorised,
} from "./errors.mjs";
import { formCanonical, formRead } from "./form.mjs";
import { Idempotency } from "./idempotency.mjs";
import { routeOf } from "./routes.mjs";
import { API_VERSION } from "./version.mjs";

const FORM = "application/x-www-form-urlencoded";
const KEYS = { secret: /^(sk|rk)_test_\w{3,}$/, page: /^pk_test_\w{3,}$/ };
const LOG_MAX = 20_000;
const DELAY_MS = 200;
const PORTAL_SECONDS = 3600; // whatever answers instead of Stripe has a clock of its own
const PORTAL = "<!doctype html><title>Welcome</title><p>Accept the terms to use this network.</p>";

/** Faults that come instead of running: an error, or what happens on the wire. */
const INSTEAD = {
    drop_before: { wire: "drop" },
    hang_before: { wire: "hang" },
    html: { status: 200, type: "text/html", text: PORTAL },
    rate_limit: tooMany,
    lock_timeout: objectBusy,
    conflict: () => keyInUse("this one"),
    unauthorised: () => unauthorised("Invalid API key provided."),
    error_before: () => broken(),
};
/** Faults of the way back. */
const AFTER = { drop_after: "drop", hang_after: "hang", cut_body: "cut" };

function answerOf(error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, body, headers, isStored } = error;
    return { status, text: JSON.stringify(body, null, 2), headers, isStored };
}

/** Of a request that nobody could have meant so; a key that was used before is none. */
const misreadOf = ({ status, error, message }) =>
    status !== 401 && error.type === "invalid_request_error" ? message : null;

function audienceOf(authorization = "") {
    const [scheme, given = ""] = authorization.split(" ");
    const basic = () => Buffer.from(given, "base64").toString().split(":")[0];
    const key = scheme === "Basic" ? basic() : scheme === "Bearer" ? given : "";
    if (key === "") throw unauthorised("You did not provide an API key.");
    for (const [audience, form] of Object.entries(KEYS)) {
        if (form.test(key)) return audience;
    }
    throw unauthorised("Invalid API key provided: this practice Stripe takes test keys only.");
}

export class Api {
    #account;
    #faults;
    /** What was asked, for tests: never a secret, a key to the API or a card. */
    log = [];
    /** Whose connections break: "", "gateway" or "all". */
    cut = "";

    constructor(account, faults) {
        this.#account = account;
        this.#faults = faults;
        this.keys = new Idempotency(account.clock);
        account.intents.slowBank = () => faults.strikePayment();
        account.intents.bankPage = () => faults.strikeQuestion() !== null;
    }

    /** @call: {method, path, query, headers, body}; gives {status, text, headers} or {wire}. */
    async answer(call) {
        const request = this.#account.requests.id("req");
        const asked = this.#read(call);
        if (this.cut === "all" || (this.cut === "gateway" && asked.audience !== "page")) {
            this.#faults.count("internet_down");
            return { wire: "drop" };
        }
        const runs = !asked.refusal && !asked.replay && call.method === "POST";
        const rule = this.#faults.strikeRequest(call, runs);
        const answer = await this.#answer(asked, rule, request);
        this.#note(call, asked, rule, answer, request);
        return { ...answer, headers: this.#headers(call, asked, answer, request) };
    }

    async #answer(asked, rule, request) {
        const instead = INSTEAD[rule?.kind];
        if (instead) return typeof instead === "function" ? answerOf(instead()) : instead;
        if (asked.refusal) return asked.refusal;
        if (rule?.kind === "delay") await this.#delay(asked, rule);
        const answer = asked.replay ?? this.#run(asked, rule, request);
        const wire = AFTER[rule?.kind];
        return wire ? { ...answer, wire } : answer;
    }

    async #delay({ key, replay }, { ms = DELAY_MS, seconds }) {
        if (key && !replay) this.keys.begin(key);
        if (seconds === undefined) await pause(ms);
        else await new Promise((resolve) => this.#account.clock.after(seconds, resolve));
    }

    // ---- what is asked ----

    /** {audience, route, id, params, key, asked, replay} or {refusal}; misread: what of it Stripe
     * does not know or lacks. */
    #read(call) {
        const asked = { audience: "", refusal: null, key: null, replay: null, misread: null };
        try {
            asked.audience = audienceOf(call.headers.authorization);
            this.#readCall(call, asked);
        } catch (error) {
            asked.refusal = answerOf(error);
            asked.misread = misreadOf(error);
        }
        return asked;
    }

    #readCall({ method, path, query, headers, body }, asked) {
        const found = routeOf(asked.audience, method, path);
        if (!found) throw noSuchCall(method, path);
        const version = headers["stripe-version"] ?? API_VERSION;
        if (version !== API_VERSION)
            throw invalid(`Invalid Stripe API version: this practice Stripe knows ${API_VERSION}.`);
        if (method === "POST" && body.length > 0 && !headers["content-type"]?.startsWith(FORM))
            throw invalid(`Send parameters as ${FORM}.`);
        const tree = formRead(method === "POST" ? body.toString() : query);
        Object.assign(asked, found, { tree, params: found.route.params(tree) });
        if (method !== "POST" || headers["idempotency-key"] === undefined) return;
        asked.key = headers["idempotency-key"];
        asked.asked = `${path} ${formCanonical(tree)}`;
        asked.replay = this.#replayOf(asked);
    }

    #replayOf({ key, asked }) {
        const kept = this.keys.find(key, asked);
        return kept && { ...kept, isReplay: true };
    }

    // ---- doing it ----

    #run({ route, params, id, key, asked }, rule, request) {
        const work = () => route.run(this.#account, params, id);
        const ran = rule?.kind === "error_stored" ? null : this.#work(work, { id: request, key });
        const is500 = rule?.kind.startsWith("error_");
        const error = answerOf(broken(is500 ? { "Stripe-Should-Retry": "false" } : {}));
        const isKept = rule?.kind.startsWith("error_stored");
        const kept = isKept ? { ...error, isStored: true } : ran;
        if (key) this.keys.end(key, asked, kept.isStored ? { ...kept, request } : null);
        return is500 ? error : ran;
    }

    #work(work, { id, key }) {
        try {
            const object = this.#account.during({ id, idempotency_key: key }, work);
            return { status: 200, text: JSON.stringify(object, null, 2), isStored: true };
        } catch (error) {
            return answerOf(error);
        }
    }

    // ---- the answer ----

    #headers({ headers }, { key }, { type, headers: more, isReplay, request: first }, request) {
        if (type) return { "Content-Type": type, Date: this.#account.clock.dateIn(PORTAL_SECONDS) };
        return {
            "Content-Type": "application/json",
            "Request-Id": request,
            "Stripe-Version": headers["stripe-version"] ?? API_VERSION,
            ...(key ? { "Idempotency-Key": key } : {}),
            ...(isReplay ? { "Idempotent-Replayed": "true", "Original-Request": first } : {}),
            ...more,
        };
    }

    #note({ method, path }, asked, rule, { status, wire, isReplay }, request) {
        const { client_secret: _secret, payment_method_data: _card, ...params } = asked.tree ?? {};
        this.log.push({
            at: this.#account.now,
            request,
            method,
            path,
            params,
            key: asked.key,
            audience: asked.audience,
            status: wire ? 0 : status,
            fault: rule?.kind ?? null,
            misread: asked.misread,
            isReplay: isReplay ?? false,
        });
        if (this.log.length > LOG_MAX) this.log.shift();
    }
}
