// What goes wrong in the night: each kind begins and ends, and says whether it struck.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { until } from "../demo/wait.mjs";
import { say, Trouble } from "../demo/words.mjs";

const SECONDS = 120;
const THEFTS = 3; // sales of a thief

/** By kind: {begin(night, incident), end(night, incident) -> whether it was felt}. */
export const FAULTS = {
    uplink: {
        begin({ cast }, { manner }) {
            say(`the uplink is cut (${manner}): no phone and no provider is reached`);
            cast.uplink.cut(manner);
            cast.standIn.api.cut = "gateway";
        },
        async end({ cast, phones }) {
            const isFelt = () => phones.some(({ isIdle }) => !isIdle);
            const wasFelt = await until("a phone to wait", SECONDS, isFelt).catch(() => false);
            cast.uplink.heal();
            cast.standIn.api.cut = "";
            return wasFelt;
        },
    },
    power: {
        async begin({ cast }) {
            say("the kitchen loses power");
            await cast.kitchen.kill();
        },
        async end({ cast }) {
            await cast.kitchen.start();
            say("the kitchen has power again");
            return true;
        },
    },
    theft: { begin: steal, end: revoke },
    disk: {
        async begin({ cast: { bar } }) {
            await until("the bar's ballast", SECONDS, () => existsSync(bar.ballast));
            say("the bar's disk is full");
            await writeFile(bar.fullFlag, "");
        },
        /** Whoever finds no room throws its ballast first. */
        async end({ cast: { bar } }) {
            const isThrown = () => !existsSync(bar.ballast);
            const isFelt = await until("the ballast to go", SECONDS, isThrown).catch(() => false);
            await rm(bar.fullFlag);
            say(`the bar's disk has room again; it had ${isFelt ? "" : "not "}thrown its ballast`);
            return isFelt;
        },
    },
    clock: {
        async begin({ cast }, { who, offset }) {
            say(`the ${who}'s clock jumps by ${offset} s`);
            await cast.clock(cast[who], offset);
        },
        async end({ cast }, { who, offset }) {
            const told = await dateOf(cast[who]);
            await cast.clock(cast[who], 0);
            return Math.abs(told - Date.now() / 1000 - offset) < 600;
        },
    },
    jam: {
        begin({ cast: { printer } }) {
            say("the grill's printer jams in the middle of a slip");
            printer.jam();
        },
        async end({ cast: { printer } }) {
            await until("a slip that jams", SECONDS, () => printer.isJammed).catch(() => {});
            const { isJammed } = printer;
            printer.repair();
            say("the grill's printer is repaired");
            return isJammed;
        },
    },
};

/** The time that a node's answers tell. */
async function dateOf(device) {
    const response = await fetch(`${device.url}/healthz`);
    return Date.parse(response.headers.get("date")) / 1000;
}

/** Once all that was sold with it is served: then it is carried away, and sold with. */
async function steal(night) {
    const { cast, book } = night;
    const sold = () => [...book.orders.values()].filter(({ by }) => by === "tablet");
    await until("the tablet's guests to be served", SECONDS, () => {
        const isServed = ({ id }) => book.handed.has(id);
        return night.sellers.tablet.queue.isIdle && sold().every(isServed);
    });
    say(`a tablet is stolen, with which ${sold().length} orders were taken`);
    await night.sellers.tablet.board.close();
    for (const wire of cast.wiresOf(cast.tablet)) wire.cut("refuse");
    for (let at = 0; at < THEFTS; at++) {
        const lines = [{ item: 1, quantity: 1, note: `thief ${at + 1}` }];
        const body = { channel: "counter", mode: "take-away", lines, payment: { method: "cash" } };
        const answer = await night.sellers.tablet.caller.post("/api/orders", body);
        book.stolen.push({ ...answer, body, name: lines[0].note });
    }
}

/** It is revoked while it is away, and comes back afterwards. */
async function revoke({ cast }) {
    const { counter, tablet } = cast;
    await counter.command("device", "revoke", tablet.id, "--yes");
    await until("all to know that it was revoked", SECONDS, async () => {
        const all = await Promise.all(cast.own.map((device) => device.status()));
        return all.every(({ peers }) => peers.every(({ device: id }) => id !== tablet.id));
    });
    for (const wire of cast.wiresOf(tablet)) wire.heal();
    say("it is revoked, and comes back");
    await until("the tablet to be refused", SECONDS, async () => {
        const { peers } = await tablet.status();
        if (peers.some(({ linked }) => linked)) throw new Trouble("somebody links to it");
        return peers.some(({ state }) => state === "refused");
    });
    await tablet.kill();
    return true;
}
