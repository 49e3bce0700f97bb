// What is seldom to be said of the connection: that no gateway is heard, that clocks go wrong. It
// is fetched after the first look.
import { isHeard, type Notice, peerName, type Rare, say } from "./connection";
import { timeText } from "./date";
import type { Peer } from "./protocol";
import { sayAge } from "./words";

const clockOffMax = 30_000; // ms: what the node warns of, too

const isGateway = ({ role, state }: Peer): boolean => role === "gateway" && state !== "refused";

export const rare: Rare = (peers, now) => {
    const gateways = peers.filter(isGateway);
    const isLocal = gateways.length > 0 && !gateways.some(isHeard);
    return {
        found: [...(isLocal ? [localOnly(gateways, now)] : []), ...clocks(peers.filter(isHeard))],
        rest: isLocal ? peers.filter((peer) => !isGateway(peer)) : peers,
    };
};

/** No gateway is heard: the stall is without the internet. */
function localOnly(gateways: readonly Peer[], now: number): Notice {
    const heard = gateways.map((one) => one.heard_ms_ago).filter((ago) => ago >= 0);
    return heard.length === 0
        ? say("warn", "localOnly")
        : say("warn", "localOnlySince", { time: timeText(now - Math.min(...heard)) });
}

/** Clocks that go wrong. Where two others or more all tell that, it is this device's own. */
function clocks(heard: readonly Peer[]): Notice[] {
    const [first, second] = heard;
    const isAhead = (one: Peer): boolean => one.clock_offset_ms > clockOffMax;
    const isBehind = (one: Peer): boolean => one.clock_offset_ms < -clockOffMax;
    const age = (one: Peer): string => sayAge(Math.abs(one.clock_offset_ms));
    return first && second && (heard.every(isAhead) || heard.every(isBehind))
        ? [say("warn", "clockOwn", { age: age(first) })]
        : heard
              .filter((one) => isAhead(one) || isBehind(one))
              .map((one) => say("warn", "clockOf", { name: peerName(one), age: age(one) }));
}
