// Who else is at an order.

import { language } from "../base/catalogue";
import type { Order } from "../base/protocol";
import { stationsOf } from "./board";
import { t } from "./words";

/** Who else is at it: each other station, and whether it has made its part. */
export function alsoAt(order: Order, station: string): { name: string; isDone: boolean }[] {
    const others = stationsOf([order]).filter((name) => name !== station);
    return others
        .map((name) => ({
            name,
            lines: order.lines.filter((line) => line.state === "active" && line.station === name),
        }))
        .filter(({ lines }) => lines.length > 0)
        .map(({ name, lines }) => ({
            name,
            isDone: lines.every(({ progress }) => progress === "done"),
        }));
}

/** The cook's of one station: who else is at this order. */
export function AlsoAt({ order, station }: { order: Order; station: string }) {
    const others = station === "" ? [] : alsoAt(order, station);
    const said = others.map(({ name, isDone }) => (isDone ? t("stationDone", { name }) : name));
    const stations = new Intl.ListFormat(language.value, { type: "unit" }).format(said);
    return others.length === 0 ? null : <p class="also-at">{t("alsoAt", { stations })}</p>;
}
