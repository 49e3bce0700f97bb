// What Stripe answers when it does not do what was asked (docs/stripe.md, E1 to E9).

/** @isStored: under the idempotency key, to be replayed; a refusal before anything ran is not. */
export class ApiError extends Error {
    constructor(status, error, { isStored = false, headers = {} } = {}) {
        super(error.message);
        this.status = status;
        this.error = error;
        this.isStored = isStored;
        this.headers = headers;
    }

    get body() {
        return { error: this.error };
    }
}

/** Wrong parameters: found before anything ran. */
export function invalid(message, param, code) {
    return new ApiError(400, { code, message, param, type: "invalid_request_error" });
}

/** The state of an object forbids it. */
export function refused(code, message, rest = {}) {
    return new ApiError(
        400,
        { code, message, ...rest, type: "invalid_request_error" },
        { isStored: true },
    );
}

export function unknownObject(kind, id, param = "id") {
    const message = `No such ${kind}: '${id}'`;
    return new ApiError(
        404,
        { code: "resource_missing", message, param, type: "invalid_request_error" },
        { isStored: true },
    );
}

export function declined(error) {
    return new ApiError(402, { ...error, type: "card_error" }, { isStored: true });
}

/** Never says which key: it may be a real one. */
export function unauthorised(message) {
    return new ApiError(401, { message, type: "invalid_request_error" });
}

export function forbidden(message) {
    return new ApiError(403, { message, type: "invalid_request_error" });
}

export function noSuchCall(method, path) {
    const message = `Unrecognized request URL (${method}: ${path}).`;
    return new ApiError(404, { message, type: "invalid_request_error" });
}

export function keyMisused(key) {
    const message =
        "Keys for idempotent requests can only be used with the same parameters and the same " +
        `endpoint they were first used with. Try another key than '${key}'.`;
    return new ApiError(400, { message, type: "idempotency_error" });
}

export function keyInUse(key) {
    const message = `Another request with the key '${key}' is under way. Try again later.`;
    return new ApiError(409, {
        code: "idempotency_key_in_use",
        message,
        type: "idempotency_error",
    });
}

export function tooMany() {
    return new ApiError(
        429,
        { code: "rate_limit", message: "Too many requests.", type: "rate_limit_error" },
        { headers: { "Stripe-Rate-Limited-Reason": "global-rate" } },
    );
}

export function objectBusy() {
    return new ApiError(
        429,
        {
            code: "lock_timeout",
            message: "This object cannot be accessed right now: another request works on it.",
            type: "invalid_request_error",
        },
        { headers: { "Stripe-Should-Retry": "true" } },
    );
}

export function broken(headers = {}) {
    const message = "An unknown error occurred.";
    return new ApiError(500, { message, type: "api_error" }, { headers });
}
