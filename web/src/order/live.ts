// The line on which the node tells of this phone's orders as they change (docs/api.md, "/ws for
// customers"). It only makes things quick: without it the orders are asked for.
import type { Clock, Random, Undo } from "../base/clock";
import type { GroupCart, Purchase } from "../base/protocol";

const deafAfter = 25_000; // ms without a frame, which come each 10 s: it is not connected
const backMax = 30_000;
const steadyAfter = 60_000; // ms heard: what failed before does not count any more

/** Ends after which to come back soon wins nothing (docs/api.md). */
const isOfOtherVersion = 1008;
const untilLookedAt = [4401, 4409];

export interface Told {
    readonly type: "hello" | "snapshot" | "delta" | "beat";
    readonly orders?: readonly Purchase[];
    /** Followed, and nobody's or another's. */
    readonly removed?: readonly string[];
    readonly items?: readonly object[];
    readonly cart?: GroupCart;
    readonly cursor?: string;
}

/** As much of a WebSocket as it takes. */
export interface Wire {
    onopen: (() => void) | null;
    onmessage: ((event: { data: string }) => void) | null;
    onclose: ((event: { code: number }) => void) | null;
    send(text: string): void;
    close(): void;
}

export interface World {
    readonly clock: Clock;
    readonly random: Random;
    open(path: string): Wire;
    /** Each frame, in order. */
    tell(told: Told): void;
    /** What was heard is not any more, all or some of it. */
    lost(): void;
}

export interface Line {
    /** Whether what becomes of this order is told: its state was, on the wire that is open. */
    hears(id: string): boolean;
    /** Whether anything is told: what is not, did not change. */
    isHeard(): boolean;
    /** From now on these, at most 8. It hangs up when it is not wanted. */
    follow(token: string, orders: readonly string[], isWanted?: boolean): void;
    /** Somebody looks at the page. */
    look(): void;
}

export function makeLine({ clock, random, open, tell, lost }: World): Line {
    let wire: Wire | null = null;
    let wanted = { token: "", orders: [] as readonly string[] };
    let isNeeded = false;
    let said = "";
    let isLive = false;
    let liveSince = 0;
    let heard: readonly string[] = [];
    let cursor = "";
    let failures = 0;
    let rests: "" | "until looked at" | "for ever" = "";
    let cancel: Undo = () => undefined;

    function say(type: "open" | "follow"): void {
        const { token, orders } = wanted;
        said = JSON.stringify(wanted);
        // The menu is in the page: what changes of it is all that it wants.
        const known = cursor ? { cursor } : {};
        const opening = type === "open" ? { token, menu: false, ...known } : {};
        wire?.send(JSON.stringify({ type, orders, ...opening }));
    }

    function hangUp(): void {
        const old = wire;
        wire = null;
        if (old) {
            old.onclose = null;
            old.onmessage = null;
            old.close();
        }
        heard = [];
        if (isLive) {
            isLive = false;
            lost();
        }
    }

    function end(code: number): void {
        if (isLive && clock.now() >= liveSince + steadyAfter) {
            failures = 0;
        }
        cancel();
        if (code === isOfOtherVersion) {
            rests = "for ever";
        } else if (untilLookedAt.includes(code)) {
            rests = "until looked at";
        } else {
            const most = Math.min(backMax, 1_000 * 2 ** failures++);
            cancel = clock.after(most * (0.5 + random() / 2), dial);
        }
        hangUp();
    }

    function hear(told: Told): void {
        const ids = told.orders?.map(({ id }) => id);
        heard = wanted.orders.filter(
            (id) => ids?.includes(id) || (heard.includes(id) && !told.removed?.includes(id)),
        );
        cursor = told.cursor ?? cursor;
        tell(told);
    }

    function dial(): void {
        if (rests === "for ever") {
            return;
        }
        rests = "";
        const next = open("/ws?view=customer");
        wire = next;
        next.onopen = () => say("open");
        next.onclose = ({ code }) => end(code);
        next.onmessage = ({ data }) => {
            if (!isLive) {
                isLive = true;
                liveSince = clock.now();
            }
            cancel();
            cancel = clock.after(deafAfter, () => end(0));
            hear(JSON.parse(data) as Told);
        };
    }

    return {
        hears: (id) => heard.includes(id),
        isHeard: () => isLive,
        follow(token, orders, isWanted = orders.length > 0) {
            const isOther = token !== wanted.token;
            wanted = { token, orders: orders.slice(0, 8) };
            isNeeded = isWanted;
            if (!isNeeded || isOther) {
                cancel();
                hangUp();
            }
            if (!isNeeded) {
                failures = 0;
                return;
            }
            if (!wire && (isOther || (failures === 0 && !rests))) {
                dial();
            } else if (isLive && said !== JSON.stringify(wanted)) {
                say("follow");
                const before = heard.length;
                heard = heard.filter((id) => wanted.orders.includes(id));
                if (heard.length < before) {
                    lost();
                }
            }
        },
        look() {
            if (rests === "until looked at" && isNeeded) {
                dial();
            }
        },
    };
}
