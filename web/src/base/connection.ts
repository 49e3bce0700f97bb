// How this screen stands with its node and the node with the others, from the heartbeat alone:
// neither a successful fetch nor navigator.onLine proves that news would arrive.
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
            text: t("connecting"),
            age: null,
            meaning: t("connectingMeans"),
        };
    }
    return {
        grade: "bad",
        text: t("noNode"),
        age: silent,
        meaning: t("noNodeMeans"),
    };
}

function queued(waiting: number): Notice | null {
    const text = t("queued", { n: waiting });
    return waiting === 0 ? null : { grade: "warn", text, age: null, meaning: t("queuedMeans") };
}

function catchingUp({ isCurrent, peers }: ConnectionInput): Notice | null {
    const missing = peers.reduce((sum, peer) => sum + peer.ahead, 0);
    if (isCurrent && missing === 0) {
        return null;
    }
    const text = missing > 0 ? t("catchingUpRest", { n: missing }) : t("catchingUp");
    return { grade: "busy", text, age: null, meaning: t("catchingUpMeans") };
}

export function isHeard(peer: Pick<Peer, "state" | "heard_ms_ago">): boolean {
    return peer.state === "linked" && peer.heard_ms_ago <= peerSilentAfter;
}

/** "Kitchen", as it is called here. */
export function peerName(peer: Peer): string {
    const name = peer.name || t(`peer_${peer.role}`);
    return name.charAt(0).toUpperCase() + name.slice(1);
}

function peerNotice(peer: Peer): Notice | null {
    const name = peerName(peer);
    if (peer.state === "refused") {
        const text = t("refused", { name });
        return { grade: "bad", text, age: null, meaning: t("refusedMeans") };
    }
    if (isHeard(peer)) {
        return null;
    }
    const meaning = t("notHeardMeans", { name });
    if (peer.heard_ms_ago < 0) {
        return { grade: "warn", text: t("notHeardYet", { name }), age: null, meaning };
    }
    return { grade: "warn", text: t("notHeard", { name }), age: peer.heard_ms_ago, meaning };
}

function live(peers: readonly Peer[]): Notice {
    if (peers.length === 0) {
        const meaning = t("aloneLiveMeans");
        return { grade: "good", text: t("aloneLive"), age: null, meaning };
    }
    return { grade: "good", text: t("live"), age: null, meaning: t("liveMeans") };
}
