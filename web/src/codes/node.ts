// Asking the node, one request after the other: codes are made by the dozen, and a node has limits.
import { makeKey } from "../base/action";
import type { Clock } from "../base/clock";
import type { Problem } from "../base/protocol";
import { t as say } from "../base/words";
import { whyText } from "../ui/why";
import { t } from "./words";

export interface NodeWorld {
    fetch(path: string, init: RequestInit): Promise<Response>;
    clock: Clock;
    fill(bytes: Uint8Array): void;
}

export interface Node {
    /** Throws a Refusal. */
    get<T>(path: string): Promise<T>;
    /** A write has one key, so that sending it again is the same one. Throws a Refusal. */
    send<T>(method: string, path: string, body: unknown): Promise<T>;
    after: Clock["after"];
}

/** What the node said instead, for a person. */
export class Refusal extends Error {
    readonly status: number;

    constructor(status: number, said: string) {
        super(said);
        this.status = status;
    }
}

const answerWithin = 8_000; // ms
const tries = 5;

const nodeSilent = (): string => say("nodeSilent");

function saidOf(problem: Problem | null): string {
    const why = problem === null ? nodeSilent() : whyText(problem);
    return problem?.detail ? t("whyTold", { why, told: problem.detail }) : why;
}

export function makeNode({ fetch, clock, fill }: NodeWorld): Node {
    let epoch = 0;

    async function answerOf<T>(response: Response): Promise<T> {
        const body: unknown = await response.json().catch(() => null);
        if (response.ok && body !== null) {
            return body as T;
        }
        if (response.ok) {
            throw new Refusal(0, nodeSilent()); // the line broke within the answer
        }
        throw new Refusal(response.status, saidOf(body as Problem | null));
    }

    const pause = (ms: number): Promise<void> =>
        new Promise((resolve) => void clock.after(ms, resolve));

    async function ask(path: string, init: RequestInit): Promise<Response> {
        for (let attempt = 1; ; attempt++) {
            const signal = AbortSignal.timeout(answerWithin);
            const response = await fetch(path, { ...init, signal }).catch(() => null);
            const isPassing = response === null || [429, 503].includes(response.status);
            if (!isPassing) {
                return response;
            }
            if (attempt === tries) {
                if (response) {
                    return response;
                }
                throw new Refusal(0, nodeSilent());
            }
            await pause(Number(response?.headers.get("Retry-After") ?? 1) * 1000);
        }
    }

    async function get<T>(path: string): Promise<T> {
        return answerOf<T>(await ask(path, {}));
    }

    async function send<T>(method: string, path: string, body: unknown): Promise<T> {
        epoch ||= (await get<{ epoch: number }>("/api/session")).epoch;
        const headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": makeKey(clock.now(), epoch, fill),
        };
        return answerOf<T>(await ask(path, { method, headers, body: JSON.stringify(body) }));
    }

    return { get, send, after: (ms, run) => clock.after(ms, run) };
}
