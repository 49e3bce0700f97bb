// How this screen stands with its node and the node with the others, from the heartbeat alone:
// neither a successful fetch nor navigator.onLine proves that news would arrive.
import type { Peer } from "./protocol";

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
    /** What it means for the person. */
    readonly meaning: string;
}

export interface ConnectionInput {
    readonly now: number;
    /** When a frame last arrived; null before the first. */
    readonly heardAt: number | null;
    readonly startedAt: number;
    readonly isCurrent: boolean;
    readonly peers: readonly Peer[];
    readonly waiting: number;
    /** What else this device has to say of itself (device.ts). */
    readonly device: readonly Notice[];
}

const grades: readonly Grade[] = ["bad", "warn", "busy", "good"];

/** What there is to say, the gravest first; "Live" when there is nothing else. */
export function notices(input: ConnectionInput): Notice[] {
    const silent = input.now - (input.heardAt ?? input.startedAt);
    const isSilent = input.heardAt === null || silent > nodeSilentAfter;
    const found = [
        isSilent ? noNode(silent, input.heardAt === null) : null,
        queued(input.waiting),
        ...(isSilent ? [] : [catchingUp(input), ...input.peers.map(peerNotice), ...input.device]),
    ].filter((notice) => notice !== null);
    if (found.length === 0) {
        found.push(live(input.peers));
    }
    return found.sort((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade));
}

function noNode(silent: number, isFirst: boolean): Notice {
    if (isFirst && silent <= nodeSilentAfter) {
        return {
            grade: "busy",
            text: "Connecting",
            age: null,
            meaning: "Waiting for this device's node.",
        };
    }
    return {
        grade: "bad",
        text: "No node",
        age: silent,
        meaning: "This screen is not being updated. What you do is kept here and sent later.",
    };
}

function queued(waiting: number): Notice | null {
    const meaning = "Kept on this screen until the node has it. Do not close the page.";
    return waiting === 0
        ? null
        : { grade: "warn", text: `Queued (${waiting})`, age: null, meaning };
}

function catchingUp({ isCurrent, peers }: ConnectionInput): Notice | null {
    const missing = peers.reduce((sum, peer) => sum + peer.ahead, 0);
    if (isCurrent && missing === 0) {
        return null;
    }
    const rest = missing > 0 ? `, ${missing} to go` : "";
    const meaning = "Older news is still arriving.";
    return { grade: "busy", text: `Catching up${rest}`, age: null, meaning };
}

export function isHeard(peer: Pick<Peer, "state" | "heard_ms_ago">): boolean {
    return peer.state === "linked" && peer.heard_ms_ago <= peerSilentAfter;
}

/** "Kitchen", as it is called here. */
export function peerName(peer: Peer): string {
    const name = peer.name || peer.role;
    return name.charAt(0).toUpperCase() + name.slice(1);
}

function peerNotice(peer: Peer): Notice | null {
    const name = peerName(peer);
    if (peer.state === "refused") {
        const refused = "Pair that device again.";
        return { grade: "bad", text: `${name} was refused`, age: null, meaning: refused };
    }
    if (isHeard(peer)) {
        return null;
    }
    const meaning = `${name} does not have the newest orders. Call out or print them.`;
    if (peer.heard_ms_ago < 0) {
        return { grade: "warn", text: `${name} not heard yet`, age: null, meaning };
    }
    return { grade: "warn", text: `${name} not heard`, age: peer.heard_ms_ago, meaning };
}

function live(peers: readonly Peer[]): Notice {
    if (peers.length === 0) {
        const alone = "No other device has joined yet.";
        return { grade: "good", text: "Live, alone", age: null, meaning: alone };
    }
    const meaning = "Every device was heard in the last seconds.";
    return { grade: "good", text: "Live", age: null, meaning };
}
