// Asking the node as a customer.
import { makeKey } from "../base/action";
import { fillRandom } from "../base/ask";
import type { Problem } from "../base/protocol";
import { keep, kept } from "./keep";

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

interface Asked {
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

/** A key for one deed, by the node's clock, which refuses others; @see makeKey */
export function newKey(epoch: number): string {
    return makeKey(Date.now() + clockAhead, epoch, fillRandom);
}

async function newToken(): Promise<string> {
    const { body } = await ask<{ token: string }>("POST", "/api/session/customer", { body: {} });
    const token = body?.token ?? "";
    keep("token", token);
    return token;
}

/** How to come by another token, when this phone's is over. */
let renew = newToken;

/** @param how null: as somebody new */
export function renewBy(how: (() => Promise<string>) | null): void {
    renew = how ?? newToken;
}

/** Who this phone is to the node: nobody in particular, but always the same. */
async function ownToken(): Promise<string> {
    const token = kept("token");
    return typeof token === "string" ? token : newToken();
}

/** Asks as this phone, or as it was when it had @asked.token; where this phone's token is over,
 * with a new one. */
export async function askAsOwn<T>(
    method: string,
    path: string,
    asked: Asked,
): Promise<{ body: T; token: string }> {
    const token = asked.token ?? (await ownToken());
    const isFormer = asked.token !== undefined && asked.token !== kept("token");
    try {
        const { body } = await ask<T>(method, path, { ...asked, token });
        return { body: body as T, token };
    } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 401 || isFormer) {
            throw error;
        }
        const fresh = await renew();
        const { body } = await ask<T>(method, path, { ...asked, token: fresh });
        return { body: body as T, token: fresh };
    }
}
