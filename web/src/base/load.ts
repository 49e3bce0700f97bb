// What the stations still have to make that have a throttle, or that a cook says are busy, as the
// node counts it before it lets customers order.
import type { Line, Order, Station } from "./protocol";

/** Minutes: customers order nothing of the station. */
export const closedMinutes = 1000;

/** What a cook says of it now, in minutes; 0: nothing. @param now the node's time */
export function saidOf({ busy, busy_until }: Station, now: number): number {
    return busy_until > now ? busy : 0;
}

export interface Load {
    readonly station: Station;
    readonly units: number;
    /** Units that it makes in five minutes. */
    readonly throttle: number;
    /** Minutes longer, as a cook says. */
    readonly said: number;
    /** Busy: customers read how long it takes; full: they order nothing of it. */
    readonly how: "free" | "busy" | "full";
}

export const noThrottle = 1000;
const fullAt = 4; // times the throttle
const waiting: ReadonlySet<Order["phase"]> = new Set(["placed", "accepted", "cooking"]);

function unitsOf(order: Order, station: string): number {
    const isToMake = (line: Line): boolean =>
        line.state === "active" && line.progress !== "done" && line.station === station;
    return order.lines
        .filter(isToMake)
        .reduce((sum, { quantity, handed }) => sum + Math.max(0, quantity - handed), 0);
}

function howOf(units: number, throttle: number, said: number): Load["how"] {
    const isLimited = throttle < noThrottle;
    if (said === closedMinutes || (isLimited && units > throttle * fullAt)) {
        return "full";
    }
    return said > 0 || (isLimited && units > throttle) ? "busy" : "free";
}

/** @param at of this station alone; "" = of all. @param now the node's time */
export function loadsOf(
    orders: readonly Order[],
    stations: readonly Station[],
    at: string,
    now: number,
): readonly Load[] {
    const open = orders.filter(({ phase }) => waiting.has(phase));
    return stations
        .filter(({ hidden }) => !hidden)
        .filter(({ name }) => at === "" || name === at)
        .map((station) => {
            const { name, throttle } = station;
            const said = saidOf(station, now);
            const units = open.reduce((sum, order) => sum + unitsOf(order, name), 0);
            return { station, units, throttle, said, how: howOf(units, throttle, said) };
        })
        .filter(({ throttle, said }) => throttle < noThrottle || said > 0);
}
