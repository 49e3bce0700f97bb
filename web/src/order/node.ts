// Asking the node.
import type { Problem } from "../base/protocol";

const answerWithin = 20_000; // ms; a payment is asked for at the provider, and signal is bad

/** The node said no. */
export class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly problem: Problem | null,
    ) {
        super(problem?.title ?? `${status}`);
    }
}

export interface Asked {
    body?: object;
    token?: string;
    /** Of what is there already; then the answer may be null. */
    etag?: string;
    key?: string;
}

interface Answer<T> {
    readonly body: T | null;
    readonly etag: string;
}

function headersOf({ body, token, etag, key }: Asked): Record<string, string> {
    return {
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(etag ? { "If-None-Match": etag } : {}),
        ...(key ? { "Idempotency-Key": key } : {}),
    };
}

/** How far the node's clock is ahead of this phone's, in ms, by its last answer. */
let clockAhead = 0;

/** @param date of an answer that came at `now`. */
export function hearDate(date: string | null, now: number): void {
    const told = Date.parse(date ?? "");
    clockAhead = Number.isNaN(told) ? clockAhead : told - now;
}

/** Rejects with a Refusal, or with whatever else when there is no answer. */
export async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
    const response = await fetch(path, {
        method,
        cache: "no-store",
        headers: headersOf(asked),
        ...(asked.body ? { body: JSON.stringify(asked.body) } : {}),
        signal: AbortSignal.timeout(answerWithin),
    });
    hearDate(response.headers.get("Date"), Date.now());
    if (response.status === 304) {
        return { body: null, etag: asked.etag ?? "" };
    }
    const body = await response.json().catch(() => null);
    if (!response.ok) {
        throw new Refusal(response.status, body);
    }
    return { body, etag: response.headers.get("ETag") ?? "" };
}

/** ms since 1970 by the node's clock, as far as it is known. */
export function nodeTime(): number {
    return Date.now() + clockAhead;
}
