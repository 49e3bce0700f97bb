// Asking the node.
import type { AnswerOf, BodyOf, Problem, RouteOf } from "../base/protocol";

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

export type Verb = "GET" | "POST" | "PATCH";
/** It is only read. */
type Given<T> = T extends (infer E)[]
    ? readonly Given<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Given<T[K]> }
      : T;
type Route<U extends string, M extends Verb> = RouteOf<U, Lowercase<M>>;
/** The JSON that the route answers which is meant by a path, by the API's description. */
export type Told<U extends string, M extends Verb> = AnswerOf<Route<U, M>, Lowercase<M>>;
/** What is said to it: where it takes a body, that. */
export type Asking<U extends string, M extends Verb> = [Route<U, M>] extends [never]
    ? [error: "there is no such route"]
    : [BodyOf<Route<U, M>, Lowercase<M>>] extends [never]
      ? [asked?: Asked]
      : [asked: Asked & { body: Given<BodyOf<Route<U, M>, Lowercase<M>>> }];

type Ask = <M extends Verb, U extends string>(
    method: M,
    path: U,
    ...asked: Asking<U, M>
) => Promise<Answer<Told<U, M>>>;

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
export async function request<T>(
    method: string,
    path: string,
    asked: Asked = {},
): Promise<Answer<T>> {
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

/** A request of a route that there is, with what it takes; @see request */
export const ask = request as Ask;

/** ms since 1970 by the node's clock, as far as it is known. */
export function nodeTime(): number {
    return Date.now() + clockAhead;
}
