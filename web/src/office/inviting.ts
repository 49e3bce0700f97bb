// How the invitation of this device stands, asked for while somebody looks.
import { useEffect, useState } from "preact/hooks";
import type { Invitation, Role } from "../base/protocol";
import { isAwaited } from "./invitation";
import type { Office } from "./office";
import { whyNot } from "./why";

const lookEvery = 1_000; // ms
const lookSoon = 200; // while the node has not looked at what was asked

export interface Newcomer {
    readonly role: Role;
    readonly lane: string;
    readonly name: string;
    /** Six digits are compared; nothing is carried to it. */
    readonly digits: boolean;
}

export interface Inviting {
    /** Null: the node has not said yet. */
    readonly now: Invitation | null;
    readonly wrong: string;
    readonly isBusy: boolean;
    ask(newcomer: Newcomer): void;
    compare(isSame: boolean): void;
    end(): void;
}

export function useInviting(office: Office): Inviting {
    const [now, setNow] = useState<Invitation | null>(null);
    const [wrong, setWrong] = useState("");
    const [isBusy, setBusy] = useState(false);
    const [looks, setLooks] = useState(0);
    const state = now?.state;
    useEffect(() => {
        if (now !== null && !isAwaited(now)) {
            return;
        }
        let isOver = false;
        const look = async (): Promise<void> => {
            const said = await office.read<Invitation>("/api/invitation").catch(() => null);
            if (!isOver) {
                setNow((before) => said ?? before);
                setLooks((count) => count + 1);
            }
        };
        const wait = now === null && looks === 0 ? 0 : state === "asked" ? lookSoon : lookEvery;
        const timer = setTimeout(() => void look(), wait);
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, [looks, state]);
    const say = async (verb: string, body: object): Promise<void> => {
        setBusy(true);
        setWrong("");
        try {
            setNow(await office.send<Invitation>("POST", `/api/invitation${verb}`, body));
            setLooks((count) => count + 1);
        } catch (error) {
            setWrong(whyNot(error));
        } finally {
            setBusy(false);
        }
    };
    return {
        now,
        wrong,
        isBusy,
        ask: (newcomer) => void say("", newcomer),
        compare: (same) => void say("/compare", { shown: now?.shown ?? "", same }),
        end: () => void say("/end", {}),
    };
}
