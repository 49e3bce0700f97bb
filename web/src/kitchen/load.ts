// What the stations that have a throttle still have to make, as the node counts it before it lets
// customers order.
import type { Line, Order, Station } from "../base/protocol";

export interface Load {
    readonly station: string;
    readonly units: number;
    /** Units that it makes in five minutes. */
    readonly throttle: number;
    /** Busy: customers read how long it takes; full: they order nothing of it. */
    readonly how: "free" | "busy" | "full";
}

const noThrottle = 1000;
const fullAt = 4; // times the throttle
const waiting: ReadonlySet<Order["phase"]> = new Set(["placed", "accepted", "cooking"]);

function unitsOf(order: Order, station: string): number {
    const isToMake = (line: Line): boolean =>
        line.state === "active" && line.progress !== "done" && line.station === station;
    return order.lines
        .filter(isToMake)
        .reduce((sum, { quantity, handed }) => sum + Math.max(0, quantity - handed), 0);
}

function howOf(units: number, throttle: number): Load["how"] {
    if (units <= throttle) {
        return "free";
    }
    return units <= throttle * fullAt ? "busy" : "full";
}

/** @param at of this station alone; "" = of all */
export function loadsOf(
    orders: readonly Order[],
    stations: readonly Station[],
    at: string,
): readonly Load[] {
    const open = orders.filter(({ phase }) => waiting.has(phase));
    return stations
        .filter(({ hidden, throttle }) => !hidden && throttle < noThrottle)
        .filter(({ name }) => at === "" || name === at)
        .map(({ name, throttle }) => {
            const units = open.reduce((sum, order) => sum + unitsOf(order, name), 0);
            return { station: name, units, throttle, how: howOf(units, throttle) };
        });
}
