// Real damage to what has just been found sound: to a stopped store, by a tool of its own, or by
// doing what a faulty client or a disk that is set back does.
import { cp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { must } from "./device.mjs";
import { Till } from "./till.mjs";
import { until } from "./wait.mjs";
import { say } from "./words.mjs";

const ARRIVE_SECONDS = 20;

/** By name: what it is for a person, the kind of finding that must come of it, and the deed. */
export const SABOTAGES = {
    drop: {
        finds: "lost",
        deed: async ({ stall, till, tool }) => {
            const answer = till.answers[Math.floor(till.answers.length / 2)];
            say(`sabotage: the kitchen's store loses order ${answer.number}`);
            await must(tool, ["drop", path.join(stall.kitchen.state, "store"), answer.id]);
        },
    },
    dup: {
        finds: "duplicate",
        deed: async ({ stall, till }) => {
            const answer = till.answers[Math.floor(till.answers.length / 2)];
            say(`sabotage: a faulty client enters ${answer.name}'s order again under a fresh key`);
            await stall.start();
            const faulty = new Till(stall.counter);
            await faulty.open();
            await faulty.place(answer.body);
            await stall.converged();
            await stall.stop();
        },
    },
    edit: {
        finds: "journal",
        deed: async ({ stall, till, tool }) => {
            const answer = till.answers[Math.floor(till.answers.length / 2)];
            say(`sabotage: one bit of a price of order ${answer.number} flips in pickup's store`);
            await must(tool, ["edit", path.join(stall.pickup.state, "store"), answer.id]);
        },
    },
    fork: {
        finds: "fork",
        deed: async ({ stall, till }) => {
            const { counter, kitchen, pickup } = stall;
            say("sabotage: the counter's disk is set back after an order, and takes another one");
            const image = path.join(stall.folder, "image");
            await cp(counter.state, image, { recursive: true });
            await branch(till, counter, kitchen);
            await setBack(counter.state, image);
            await branch(till, counter, pickup);
        },
    },
    // The last of several: what the provider did is not undone by setting our stores back.
    charge: {
        finds: "card",
        deed: ({ stall }) => {
            say("sabotage: the guest's card is charged once more, behind the gateway's back");
            stall.cards.chargeAgain();
        },
    },
};

/** The states of stopped devices, to begin with them again. */
export class Images {
    #images = []; // {state, image}: folders

    static async of({ devices, folder }) {
        const images = new Images();
        for (const { name, state } of devices) {
            const image = path.join(folder, "images", name);
            await cp(state, image, { recursive: true });
            images.#images.push({ state, image });
        }
        return images;
    }

    async restore() {
        for (const { state, image } of this.#images) await setBack(state, image);
    }
}

/** The folder stays, or its fence would tell: a copied one goes on under a new journal. */
async function setBack(folder, image) {
    for (const name of await readdir(folder))
        await rm(path.join(folder, name), { recursive: true });
    await cp(image, folder, { recursive: true });
}

/** @writer takes an order, which @reader gets; both are stopped then. */
async function branch(till, writer, reader) {
    await Promise.all([writer.start(), reader.start()]);
    till.device = writer;
    const { id } = await till.take();
    await until(`${reader.name} to get the order`, ARRIVE_SECONDS, async () => {
        const { status } = await reader.request("GET", `/api/orders/${id}`);
        return status === 200;
    });
    await Promise.all([writer.stop(), reader.stop()]);
}
