// The line on which the node tells of this phone's orders as they change (docs/api.md, "/ws for
// customers"). It only makes things quick: without it the orders are asked for.
import type { Clock, Random, Undo } from "../base/clock";
import type { Purchase } from "../base/protocol";

const deafAfter = 25_000; // ms without a frame, which come each 10 s: it is not connected
const backMax = 30_000;

export interface Told {
    readonly type: "hello" | "snapshot" | "delta" | "beat";
    readonly orders?: readonly Purchase[];
    readonly items?: readonly object[];
}

/** As much of a WebSocket as it takes. */
export interface Wire {
    onopen: (() => void) | null;
    onmessage: ((event: { data: string }) => void) | null;
    onclose: (() => void) | null;
    send(text: string): void;
    close(): void;
}

export interface World {
    readonly clock: Clock;
    readonly random: Random;
    open(path: string): Wire;
    /** Each frame, in order. */
    tell(told: Told): void;
    /** It was heard and is not any more. */
    lost(): void;
}

export interface Line {
    readonly isLive: boolean;
    /** From now on these, at most 8; none: it hangs up. */
    follow(token: string, orders: readonly string[]): void;
}

export function makeLine({ clock, random, open, tell, lost }: World): Line {
    let wire: Wire | null = null;
    let wanted = { token: "", orders: [] as readonly string[] };
    let said = "";
    let isLive = false;
    let failures = 0;
    let cancel: Undo = () => undefined;

    function say(type: "open" | "follow"): void {
        const { token, orders } = wanted;
        said = JSON.stringify(wanted);
        wire?.send(JSON.stringify({ type, orders, ...(type === "open" ? { token } : {}) }));
    }

    function hangUp(): void {
        const old = wire;
        wire = null;
        if (old) {
            old.onclose = null;
            old.onmessage = null;
            old.close();
        }
        if (isLive) {
            isLive = false;
            lost();
        }
    }

    function later(): void {
        hangUp();
        const most = Math.min(backMax, 1_000 * 2 ** failures++);
        cancel();
        cancel = clock.after(most * (0.5 + random() / 2), dial);
    }

    function dial(): void {
        const next = open("/ws?view=customer");
        wire = next;
        next.onopen = () => say("open");
        next.onclose = later;
        next.onmessage = ({ data }) => {
            isLive = true;
            failures = 0;
            cancel();
            cancel = clock.after(deafAfter, later);
            tell(JSON.parse(data) as Told);
        };
    }

    return {
        get isLive() {
            return isLive;
        },
        follow(token, orders) {
            const isOther = token !== wanted.token;
            wanted = { token, orders: orders.slice(0, 8) };
            if (orders.length === 0 || isOther) {
                cancel();
                hangUp();
            }
            if (orders.length === 0) {
                failures = 0;
                return;
            }
            if (!wire && (isOther || failures === 0)) {
                dial();
            } else if (isLive && said !== JSON.stringify(wanted)) {
                say("follow");
            }
        },
    };
}
