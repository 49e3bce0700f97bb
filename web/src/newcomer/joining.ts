// What the page asks of a device that is in no pop-up yet, and how it stands there. The node's
// answers hold a token that the next request brings, so that no other page can ask in its place.
import { signal } from "@preact/signals-core";
import type { Joining, JoiningWanted, Problem } from "../base/protocol";

const lookEvery = 500; // ms
const answerWithin = 8_000; // ms
/** A device that starts is silent for a moment; silent for longer, something is wrong. */
const silentFor = 6; // looks

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** What is wanted, without the token. */
export type Wish = Omit<JoiningWanted, "token">;

export interface Hand {
    readonly now: { readonly value: Joining | null };
    /** Nothing was heard of the device for a while. */
    readonly isSilent: { readonly value: boolean };
    /** One of these is on its way. */
    readonly isBusy: { readonly value: boolean };
    /** What the device said no to, in its own words; "" = nothing. */
    readonly wrong: { readonly value: string };
    look(): Promise<void>;
    ask(wish: Wish): Promise<void>;
    compare(shown: string, same: boolean): Promise<void>;
    end(): Promise<void>;
}

async function answerOf(response: Response): Promise<Joining> {
    const answer = (await response.json().catch(() => null)) as (Joining & Problem) | null;
    if (!response.ok || answer === null) {
        throw new Error(answer?.detail || answer?.title || `${response.status}`);
    }
    return answer;
}

export function takeHand(fetch: Fetch): Hand {
    const now = signal<Joining | null>(null);
    const isSilent = signal(false);
    const isBusy = signal(false);
    const wrong = signal("");
    let missed = 0;

    const call = async (init: RequestInit = {}, verb = ""): Promise<Joining> =>
        answerOf(
            await fetch(`/api/joining${verb}`, {
                ...init,
                cache: "no-store",
                signal: AbortSignal.timeout(answerWithin),
            }),
        );

    async function look(): Promise<void> {
        try {
            const heard = await call();
            missed = 0;
            if (!isBusy.peek()) {
                now.value = heard;
            }
        } catch {
            missed += 1;
        }
        isSilent.value = missed >= silentFor;
    }

    const post = async (verb: string, body: object): Promise<Joining> => {
        const { token } = await call(); // another page may have used the one that was shown
        const headers = { "Content-Type": "application/json" };
        return call({ method: "POST", headers, body: JSON.stringify({ ...body, token }) }, verb);
    };

    async function say(verb: string, body: object): Promise<void> {
        isBusy.value = true;
        wrong.value = "";
        try {
            now.value = await post(verb, body);
        } catch (error) {
            wrong.value = error instanceof Error ? error.message : String(error);
        }
        isBusy.value = false;
    }

    return {
        ...{ now, isSilent, isBusy, wrong, look },
        ask: (wish) => say("", wish),
        compare: (shown, same) => say("/compare", { shown, same }),
        end: () => say("/end", {}),
    };
}

/** Looks again and again, until @return is called. */
export function follow(hand: Hand): () => void {
    let timer = 0;
    let isOver = false;
    const again = async (): Promise<void> => {
        await hand.look();
        if (!isOver) {
            timer = window.setTimeout(() => void again(), lookEvery);
        }
    };
    void again();
    return () => {
        isOver = true;
        clearTimeout(timer);
    };
}

/** The invitation in what somebody typed, pasted or scanned: a whole command may stand around it.
 * "" = there is none. */
export function codeIn(text: string): string {
    return text.replace(/\s+/g, " ").match(/trestle1:[\w-]+/)?.[0] ?? "";
}

/** HOST:PORT in what somebody typed; "" = there is none. */
export function placeIn(text: string): string {
    return (
        text
            .trim()
            .replace(/^tcp:\/\//, "")
            .match(/^(\[[\da-fA-F:.%\w]+\]|[\w.-]+):\d{1,5}$/)?.[0] ?? ""
    );
}

/** "123 456", as it is read out. */
export function digitsText(digits: string): string {
    return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

const screens: Readonly<Record<string, string>> = {
    counter: "/counter",
    kitchen: "/kitchen",
    pickup: "/pickup",
};
const asked = ["/counter", "/kitchen", "/pickup", "/office", "/codes"];

/** Where the page goes once its device is in: the screen that was asked for, else its role's. */
export function screenAfter(path: string, role: string): string {
    return asked.includes(path) ? path : (screens[role] ?? "/office");
}
