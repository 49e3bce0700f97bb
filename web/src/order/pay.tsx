// Paying by card. What does it (card.tsx) is loaded when somebody wants to: most look at the menu.

import { systemClock } from "../base/clock";
import type { CardRoom } from "./card";
import { cell } from "./cell";
import { ask, Refusal } from "./node";
import { cameBack, changeOwn, money, type Own, page, shownOwn } from "./shop";
import { language, learn, t } from "./words";

export interface Paying {
    readonly own: Own;
    readonly owed: number;
}

function AtCounter({ own }: { own: Own }) {
    return (
        <button type="button" class="plain" onClick={() => changeOwn(own.id, { how: "counter" })}>
            {t("payAtCounter")}
        </button>
    );
}

/** What the part that is loaded later needs of the page. */
export const host = {
    clock: systemClock,
    cameBack,
    page,
    shownOwn,
    language,
    money,
    ask,
    Refusal,
    cell,
    learn,
    t,
    AtCounter,
};
export type CardHost = typeof host;

const room = cell<CardRoom | null>(null);
const isMissing = cell(false);

async function load(): Promise<void> {
    isMissing.value = false;
    try {
        const { enter } = await import("./card");
        room.value ??= enter(host);
    } catch {
        isMissing.value = true;
    }
}

const come = (drawn: HTMLElement | null): void => void (drawn && load());

export function Card({ own, owed }: Paying) {
    return (
        room.value?.view({ own, owed }) ?? (
            <section key="none" ref={come} class="card" aria-busy={!isMissing.value}>
                <p>{t(isMissing.value ? "cardFailed" : "loadingCard")}</p>
                {isMissing.value && (
                    <button type="button" onClick={() => void load()}>
                        {t("tryAgain")}
                    </button>
                )}
                <AtCounter own={own} />
            </section>
        )
    );
}
