// How this phone's orders stand: asked for now and then, at no common moment of all phones.
import type { Clock, Random, Undo } from "../base/clock";
import type { Purchase } from "../base/protocol";
import { stayAwake } from "../ui/awake";
import { play, readyTones } from "../ui/tones";
import { follow } from "./cell";
import { isKiosk } from "./kiosk";
import { type Line, makeLine, type Told, type Wire } from "./live";
import { ask, Refusal } from "./node";
import { changeOwn, group, type Own, owns, readPage, shownOwn } from "./shop";

type Phase = Purchase["phase"];
const over: readonly Phase[] = ["completed", "cancelled", "refused"];

/** Nothing more will happen to it, as far as its customer is concerned. */
export function isOver({ phase, reserved, due }: Purchase): boolean {
    return over.includes(phase) && reserved === 0 && due <= 0;
}

/** ms until it is asked for again. @param failures in a row */
export function waitFor(
    purchase: Purchase | undefined,
    { failures, isHidden, random }: { failures: number; isHidden: boolean; random: number },
): number {
    const usual = purchase && isOver(purchase) ? 20_000 : 3_000;
    const slowed = usual * (isHidden ? 4 : 1) * 2 ** Math.min(failures, 4);
    return Math.min(60_000, slowed) * (0.75 + random / 2);
}

/** Rings, shakes and says so in the title when an order has become ready. */
function announce(own: Own, next: Purchase): void {
    if (next.phase === "ready" && own.last && own.last.phase !== "ready") {
        play(readyTones);
        navigator.vibrate?.([300, 120, 300, 120, 600]);
    }
}

/** What was said of an order; null: nothing that was not known. */
function hear(id: string, said: Purchase | null): void {
    const own = owns.value.find((one) => one.id === id);
    if (own && said) {
        announce(own, said);
    }
    const at = Date.now();
    changeOwn(id, said ? { at, heard: at, last: said, number: said.number } : { at });
}

interface Watch {
    readonly clock: Clock;
    readonly random: Random;
}

interface Watched {
    stop: Undo;
    /** Asks now. */
    hurry(): void;
}

/** Asks for one order for as long as it is watched; hardly, while the line tells. */
function watch(id: string, { clock, random }: Watch): Watched {
    let etag = "";
    let failures = 0;
    let cancel: Undo = () => undefined;
    let isDone = false;
    const find = (): Own | undefined => owns.value.find((own) => own.id === id);
    async function turn(): Promise<void> {
        const own = find();
        if (!own || isDone) {
            return;
        }
        try {
            const asked = { token: own.token, etag };
            const answer = await ask("GET", `/api/orders/${id}/status`, asked);
            etag = answer.etag;
            failures = 0;
            hear(id, answer.body);
        } catch (error) {
            failures = error instanceof Refusal && error.status === 404 ? 4 : failures + 1;
        }
        again();
    }
    function again(): void {
        const isHidden = document.visibilityState === "hidden";
        const told = { failures, isHidden, random: random() };
        const wait = line?.hears(id) ? heardSeldom : waitFor(find()?.last, told);
        cancel();
        cancel = isDone ? cancel : clock.after(wait, () => void turn());
    }
    const hurry = (): void => {
        cancel();
        void turn();
    };
    document.addEventListener("visibilitychange", hurry);
    void turn();
    return {
        hurry,
        stop() {
            isDone = true;
            cancel();
            document.removeEventListener("visibilitychange", hurry);
        },
    };
}

const heardSeldom = 60_000; // ms; what the line told is asked for all the same
let line: Line | null = null;
const watches = new Map<string, Watched>();

/** Frames of the line: newest states, and that nothing else changed of what it tells. */
function listen({ orders = [], items = [], cart, type }: Told): void {
    const told = new Map(orders.map((purchase) => [purchase.id, purchase]));
    for (const id of watches.keys()) {
        if (line?.hears(id)) {
            hear(id, told.get(id) ?? null);
        }
    }
    if (cart) {
        group.value?.hear(cart, true);
    }
    if (type === "delta" && items.length > 0) {
        readPage().catch(() => undefined);
    }
}

function openWire(path: string): Wire {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return new WebSocket(`${scheme}://${location.host}${path}`) as unknown as Wire;
}

/** The orders that are worth asking for: the one in sight, and those that go on. */
function watched(): string[] {
    const open = owns.value.filter(({ last }) => !last || !isOver(last));
    const seen = shownOwn.value;
    return [...new Set([...(seen ? [seen] : []), ...open].map(({ id }) => id))];
}

/** Whether the line tells of what the group does. */
export function isTold(): boolean {
    return line?.isHeard() ?? false;
}

/** Those that the line can tell of: one phone's, of one token; a group's, while there is one. */
function lineWants(ids: readonly string[]): void {
    const followed = owns.value.filter(({ id }) => ids.includes(id));
    const token = group.value?.token ?? followed[0]?.token ?? "";
    const orders = followed.filter((own) => own.token === token).map(({ id }) => id);
    line?.follow(token, orders, orders.length > 0 || group.value !== null);
}

export function startTracking(world: Watch): void {
    line = makeLine({
        ...world,
        open: openWire,
        tell: listen,
        lost() {
            group.value?.look();
            for (const [id, { hurry }] of watches) {
                if (!line?.hears(id)) {
                    hurry();
                }
            }
        },
    });
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") {
            line?.look();
        }
    });
    follow(() => {
        const wanted = watched();
        for (const [id, { stop }] of watches) {
            if (!wanted.includes(id)) {
                stop();
                watches.delete(id);
            }
        }
        for (const id of wanted) {
            if (!watches.has(id)) {
                watches.set(id, watch(id, world));
            }
        }
        lineWants(wanted);
        const seen = shownOwn.value?.last;
        stayAwake(isKiosk || (seen !== undefined && !isOver(seen)));
    });
}
