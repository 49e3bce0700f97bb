// The way to after.tsx, which is loaded when this phone has an order.

import { missingChoices } from "../base/options";
import type { AfterRoom, Past } from "./after";
import { cell } from "./cell";
import { newKey } from "./self";
import { changeOwn } from "./shop";
import { t } from "./words";

const host = { changeOwn, newKey, missingChoices };
export type AfterHost = typeof host;

const room = cell<AfterRoom | null>(null);
let isComing = false;

export async function fetchAfter(): Promise<void> {
    if (room.value || isComing) {
        return;
    }
    isComing = true;
    try {
        room.value = (await import("./after")).enter(host);
    } finally {
        isComing = false;
    }
}

/** It is asked for again when the page is drawn, which is each second. */
function come(): AfterRoom | null {
    void fetchAfter().catch(() => undefined);
    return room.value;
}

/** For the scanner. */
export const Code = (past: Past) => come()?.code(past) ?? null;

/** How it was. */
export const Rate = (past: Past) => come()?.rate(past) ?? null;

/** The ways to its receipt, and to the same again. */
export const Afterwards = (past: Past) => come()?.view(past) ?? null;

export function Receipt(past: Past) {
    return come()?.receipt(past) ?? <p class="empty">{t("loading")}</p>;
}
