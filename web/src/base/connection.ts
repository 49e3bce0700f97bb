// How this screen stands with its node and the node with the others, from the heartbeat alone:
// neither a successful fetch nor navigator.onLine proves that news would arrive.
import type { Values } from "./language";
import type { Peer } from "./protocol";
import { t } from "./words";

export const nodeSilentAfter = 2_500; // ms; the node is heard every second
export const peerSilentAfter = 2_000; // ms; what staff are shown within two seconds of a cut

export type Grade = "good" | "busy" | "warn" | "bad";

/** One sentence about the connection. */
export interface Notice {
    readonly grade: Grade;
    /** A few words. */
    readonly text: string;
    /** For how long, in ms; apart from the words so that a screen reader hears them once. */
    readonly age: number | null;
    /** What it means for the person: as it is, or what meaning.ts says of @key. */
    readonly meaning?: string;
    readonly key?: Key;
    readonly values?: Values;
}

/** What some of these peers come to, and those that are to be judged one by one. */
export type Rare = (
    peers: readonly Peer[],
    now: number,
) => { readonly found: readonly Notice[]; readonly rest: readonly Peer[] };

/** What the text is called in the catalogue. */
export type Key = Parameters<typeof t>[0];

export interface ConnectionInput {
    readonly now: number;
    /** When a frame last arrived; null before the first. */
    readonly heardAt: number | null;
    readonly startedAt: number;
    readonly isCurrent: boolean;
    readonly peers: readonly Peer[];
    readonly waiting: number;
    /** What is said seldom (rare.ts); null: it has not come yet. */
    readonly rare: Rare | null;
    /** What else this device has to say of itself (device.ts). */
    readonly device: readonly Notice[];
}

const grades: readonly Grade[] = ["bad", "warn", "busy", "good"];

export function say(
    grade: Grade,
    key: Key,
    values: Values = {},
    age: number | null = null,
): Notice {
    return { grade, text: t(key, values), age, key, values };
}

/** What there is to say, the gravest first; "Live" when there is nothing else. */
export function notices(input: ConnectionInput): Notice[] {
    const { now, heardAt, startedAt, waiting, peers } = input;
    const { found: rare, rest } = input.rare?.(peers, now) ?? { found: [], rest: peers };
    const silent = now - (heardAt ?? startedAt);
    const isSilent = heardAt === null || silent > nodeSilentAfter;
    const found = [
        ...(isSilent ? [noNode(silent, heardAt === null)] : []),
        ...(waiting > 0 ? [say("warn", "queued", { n: waiting })] : []),
        ...(isSilent ? [] : [...catchingUp(input), ...rare, ...rest.flatMap(peerNotice)]),
        ...(isSilent ? [] : input.device),
    ];
    if (found.length === 0) {
        found.push(say("good", peers.length === 0 ? "aloneLive" : "live"));
    }
    return found.sort((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade));
}

function noNode(silent: number, isFirst: boolean): Notice {
    return isFirst && silent <= nodeSilentAfter
        ? say("busy", "connecting")
        : say("bad", "noNode", {}, silent);
}

function catchingUp({ isCurrent, peers }: ConnectionInput): Notice[] {
    const missing = peers.reduce((sum, peer) => sum + peer.ahead, 0);
    if (missing > 0) {
        return [say("busy", "catchingUpRest", { n: missing })];
    }
    return isCurrent ? [] : [say("busy", "catchingUp")];
}

export function isHeard(peer: Pick<Peer, "state" | "heard_ms_ago">): boolean {
    return peer.state === "linked" && peer.heard_ms_ago <= peerSilentAfter;
}

/** "Kitchen", as it is called here. */
export function peerName(peer: Peer): string {
    const name = peer.name || t(`peer_${peer.role}`);
    return name.charAt(0).toUpperCase() + name.slice(1);
}

function peerNotice(peer: Peer): Notice[] {
    const named = { name: peerName(peer) };
    if (peer.state === "refused") {
        return [say("bad", "refused", named)];
    }
    if (isHeard(peer)) {
        return [];
    }
    return peer.heard_ms_ago < 0
        ? [say("warn", "notHeardYet", named)]
        : [say("warn", "notHeard", named, peer.heard_ms_ago)];
}
