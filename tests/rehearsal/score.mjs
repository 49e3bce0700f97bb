// The night before it is played: who orders what where, and what goes wrong when, by a seed.
import { Dice } from "../stripe/dice.mjs";

export const NIGHT = { orders: 3000, cards: 600, phones: 150, cakes: 200 };
export const CAKE = 10; // of menu.csv: what is counted, and runs out
export const STATIONS = ["grill", "fryer", "drinks"];
const STATION_OF = ["", ...STATIONS.flatMap((name) => [name, name, name])]; // by item
const GRILLED = 3; // items from 1 on; its printer is one with a plug, and those take their time
const DISHES = 9;
const GRILLED_SHARE = 0.15;
const CLOCKS_OFF = [7200, -7200, 86_400, -86_400 * 365, 86_400 * 3650]; // seconds
const TABLET_UNTIL = 0.34; // of a part of the night

/** What goes wrong, when: shares of a part of the night. The theft is in the first part alone. */
const INCIDENTS = [
    { kind: "uplink", from: 0.1, to: 0.18, manner: "silent" },
    { kind: "power", from: 0.24, to: 0.27 },
    { kind: "theft", from: TABLET_UNTIL, to: 0.44 },
    { kind: "disk", from: 0.5, to: 0.56 },
    { kind: "clock", from: 0.6, to: 0.7 },
    { kind: "jam", from: 0.74, to: 0.8 },
    { kind: "uplink", from: 0.86, to: 0.92, manner: "refuse" },
];

/** Whole numbers below @count. */
const below = (dice, count) => Math.floor(dice.share() * count);
const dish = (dice) =>
    dice.share() < GRILLED_SHARE
        ? 1 + below(dice, GRILLED)
        : 1 + GRILLED + below(dice, DISHES - GRILLED);
const one = (dice, list) => list[below(dice, list.length)];

/** At which station an item is made. */
export const stationOf = (item) => STATION_OF[item] ?? STATIONS.at(-1);

/**
 * {orders, incidents, phones, cakes}. An order: {guest, by, lines, mode, card, isRefused, pays}, in
 * the order in which guests come; by: "counter", "bar", "tablet" or a phone's index. An incident:
 * {kind, from, to}, counted in orders. @scale: so many times NIGHT.
 */
export function scoreMake({ seed, scale }) {
    const dice = new Dice(`night ${seed}`);
    const share = (count) => Math.max(1, Math.round(count * scale));
    const phones = Math.min(NIGHT.phones, share(NIGHT.phones));
    const count = share(NIGHT.orders);
    const parts = Math.max(1, Math.round(scale));
    const byPhone = phonesDraw(dice, count, share(NIGHT.cards), phones);
    const tablets = Math.round((count / parts) * TABLET_UNTIL) - 1;
    const orders = Array.from({ length: count }, (_, at) =>
        orderDraw(dice, at, byPhone.get(at) ?? counterDraw(dice, at < tablets)),
    );
    const incidents = Array.from({ length: parts }, (_, part) => part).flatMap((part) =>
        INCIDENTS.filter(({ kind }) => part === 0 || kind !== "theft").map((incident) =>
            incidentDraw(dice, incident, (share_) => Math.round(((part + share_) * count) / parts)),
        ),
    );
    return { orders, incidents, phones, cakes: share(NIGHT.cakes) };
}

/** Which orders phones make: every phone as often as the others, spread over the night. */
function phonesDraw(dice, count, cards, phones) {
    const turns = Array.from({ length: cards }, (_, at) => at % phones);
    return new Map(
        turns.map((phone, at) => [Math.floor(((at + dice.share()) * count) / cards), phone]),
    );
}

const counterDraw = (dice, hasTablet) =>
    hasTablet && dice.share() < 0.04 ? "tablet" : one(dice, ["counter", "bar"]);

function orderDraw(dice, at, by) {
    const isPhone = typeof by === "number";
    const guest = `guest ${String(at + 1).padStart(5, "0")}`;
    const lines = [{ item: dish(dice), quantity: 1 + below(dice, 2), note: guest }];
    if (dice.share() < 0.4) lines.push({ item: dish(dice), quantity: 1 });
    if (dice.share() < 0.1) lines.push({ item: CAKE, quantity: 1 });
    return {
        guest,
        by,
        lines,
        mode: one(dice, ["eat-in", "take-away"]),
        pays: one(dice, ["cash", "cash", "card-external"]),
        card: one(dice, ["visa", "visa", "visa", "declined", "bank"]),
        isRefused: isPhone && dice.share() < 0.03,
    };
}

function incidentDraw(dice, { from, to, ...incident }, at) {
    const offset = one(dice, CLOCKS_OFF);
    const who = one(dice, ["counter", "kitchen", "pickup"]);
    return {
        ...incident,
        from: at(from),
        to: at(to),
        ...(incident.kind === "clock" ? { offset, who } : {}),
    };
}
