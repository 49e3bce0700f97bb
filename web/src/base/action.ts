// What a person does, as a value: it is kept until the node has answered it.
import type { BodyOf, Method, PathWith } from "./protocol";

export interface Action {
    /** The idempotency key, made once: a retry with it is the same action. */
    readonly key: string;
    readonly method: Method;
    readonly path: string;
    readonly body: unknown;
    /** Actions of one lane go one after another; lanes do not wait for each other. */
    readonly lane: string;
    /** In words, for the list of what waits: "Bump A42". */
    readonly label: string;
    /** Order of making, to be kept over a reload. */
    readonly made: number;
}

/** An action before it has a key. */
export type Draft = Omit<Action, "key" | "made">;

type Parameters = Readonly<Record<string, string | number>>;

function fill(path: string, parameters: Parameters): string {
    return path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(parameters[name] ?? ""),
    );
}

/** The body's shape follows from the path, by the node's own table. */
export function draft<M extends Method, P extends PathWith<M>>(
    method: M,
    path: P,
    parameters: Parameters,
    body: BodyOf<P, M>,
    label: string,
): Draft {
    const filled = fill(path, parameters);
    return { method, path: filled, body, lane: String(parameters["id"] ?? ""), label };
}

const keyRandomBytes = 12;

/**
 * 4 bytes of seconds since the pop-up's epoch and 12 random ones, in hex. getRandomValues works on
 * plain http, where randomUUID and crypto.subtle do not exist.
 */
export function makeKey(now: number, epoch: number, fill: (bytes: Uint8Array) => void): string {
    const seconds = Math.min(0xffffffff, Math.max(0, Math.floor((now - epoch) / 1000)));
    const random = new Uint8Array(keyRandomBytes);
    fill(random);
    const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return seconds.toString(16).padStart(8, "0") + hex;
}
