// Who else is at an order.
import type { Order } from "../base/protocol";
import { stationsOf } from "./board";

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
    return others.length === 0 ? null : (
        <p class="also-at">
            Also at{" "}
            {others.map(({ name, isDone }, at) => (
                <span key={name}>
                    {at > 0 && ", "}
                    <b>{name}</b>
                    {isDone && " (done)"}
                </span>
            ))}
        </p>
    );
}
