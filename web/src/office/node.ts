// Asking this device's node, as its own screen or as the person who signed in.
import type { Problem } from "../base/protocol";
import type { Wire } from "../base/socket";

const answerWithin = 15_000; // ms

/** The node said no, or nothing. */
export class Refusal extends Error {
    /** What it says of this one request; "" = nothing. */
    readonly told: string;

    constructor(
        readonly status: number,
        problem: Problem | null,
    ) {
        super(problem?.detail || problem?.title || `the node answered ${status}`);
        this.told = problem?.detail ?? "";
    }
}

export type Ask = (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    /** `key`: of a write, so that asking again is the same one. */
    asked: { token: string | null; body?: object | Blob; key?: string },
) => Promise<unknown>;

/** A file goes as it is, anything else as JSON. */
function bodyOf(body: object | Blob): { type: string; sent: BodyInit } {
    return body instanceof Blob
        ? { type: body.type, sent: body }
        : { type: "application/json", sent: JSON.stringify(body) };
}

/** Rejects with a Refusal, or with whatever else when there is no answer. */
export const askNode: Ask = async (method, path, { token, body, key }) => {
    const { type, sent } = bodyOf(body ?? {});
    const response = await fetch(path, {
        method,
        cache: "no-store",
        headers: {
            ...(body ? { "Content-Type": type } : {}),
            ...(key ? { "Idempotency-Key": key } : {}),
            ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        ...(body ? { body: sent } : {}),
        signal: AbortSignal.timeout(answerWithin),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
        throw new Refusal(response.status, answer);
    }
    return answer;
};

/** A handshake carries no header: a ticket stands for the token. */
export function openSocket(path: string, ticket: string | null): Wire {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const protocols = ticket === null ? [] : ["trestle", `ticket.${ticket}`];
    return new WebSocket(`${scheme}://${location.host}${path}`, protocols) as Wire;
}
