// The way to after.tsx, which is loaded when an order of this phone's was paid or is over.

import { missingChoices } from "../base/options";
import type { Purchase } from "../base/protocol";
import type { AfterRoom, Past } from "./after";
import { changeOwn } from "./buy";
import { cell } from "./cell";
import { newKey } from "./self";
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

const isPast = ({ phase, paid }: Purchase): boolean =>
    ["completed", "cancelled", "refused"].includes(phase) || (paid > 0 && phase !== "ready");

/** How it was. */
export function Rate(past: Past) {
    return isPast(past.last) ? (come()?.rate(past) ?? null) : null;
}

/** The ways to its receipt, and to the same again. */
export function Afterwards(past: Past) {
    return isPast(past.last) ? (come()?.view(past) ?? null) : null;
}

export function Receipt(past: Past) {
    return come()?.receipt(past) ?? <p class="empty">{t("loading")}</p>;
}
