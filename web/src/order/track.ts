// How this phone's orders stand: asked for now and then, at no common moment of all phones.
import type { Clock, Random, Undo } from "../base/clock";
import type { Purchase } from "../base/protocol";
import { play, readyTones } from "../ui/tones";
import { follow } from "./cell";
import { ask, Refusal } from "./node";
import { changeOwn, type Own, owns, shownOwn } from "./shop";

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

interface Watch {
    readonly clock: Clock;
    readonly random: Random;
}

/** Asks for one order for as long as it is watched. */
function watch(id: string, { clock, random }: Watch): Undo {
    let etag = "";
    let failures = 0;
    let cancel: Undo = () => undefined;
    let isDone = false;
    const find = (): Own | undefined => owns.value.find((own) => own.id === id);
    const hear = (own: Own, body: Purchase | null): void => {
        if (body) {
            announce(own, body);
        }
        changeOwn(id, { at: clock.now(), ...(body ? { last: body, number: body.number } : {}) });
    };
    async function turn(): Promise<void> {
        const own = find();
        if (!own || isDone) {
            return;
        }
        try {
            const asked = { token: own.token, etag };
            const answer = await ask<Purchase>("GET", `/api/orders/${id}/status`, asked);
            etag = answer.etag;
            failures = 0;
            hear(own, answer.body);
        } catch (error) {
            failures += 1;
            if (error instanceof Refusal && error.status === 404) {
                failures = 4;
            }
        }
        again();
    }
    function again(): void {
        const isHidden = document.visibilityState === "hidden";
        const told = { failures, isHidden, random: random() };
        cancel();
        cancel = isDone ? cancel : clock.after(waitFor(find()?.last, told), () => void turn());
    }
    const hurry = (): void => {
        cancel();
        void turn();
    };
    document.addEventListener("visibilitychange", hurry);
    void turn();
    return () => {
        isDone = true;
        cancel();
        document.removeEventListener("visibilitychange", hurry);
    };
}

/** The orders that are worth asking for: the one in sight, and those that go on. */
function watched(): string[] {
    const open = owns.value.filter(({ last }) => !last || !isOver(last));
    const seen = shownOwn.value;
    return [...new Set([...(seen ? [seen] : []), ...open].map(({ id }) => id))];
}

export function startTracking(world: Watch): void {
    const watches = new Map<string, Undo>();
    follow(() => {
        const wanted = watched();
        for (const [id, undo] of watches) {
            if (!wanted.includes(id)) {
                undo();
                watches.delete(id);
            }
        }
        for (const id of wanted) {
            if (!watches.has(id)) {
                watches.set(id, watch(id, world));
            }
        }
    });
}
