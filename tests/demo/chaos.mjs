// Two hundred orders while devices are cut off, killed and started again, one after another.
import { say } from "./words.mjs";

/** Acknowledged orders that each partition and each kill must see. */
export const ORDERS_EACH_LEAST = 20;
const TILLS = 2; // orders under way at the same time

/** Between counter and kitchen: "linked", "relayed" by others alone, or "parted". */
class Weather {
    now = { kind: "linked", endedAt: Number.POSITIVE_INFINITY };

    turn(kind) {
        if (this.now.kind === kind) return;
        this.now.endedAt = performance.now();
        this.now = { kind, endedAt: Number.POSITIVE_INFINITY };
    }
}

export class Chaos {
    weather = new Weather();
    incidents = []; // {kind: "kill" | "partition", what, orders, unsent}
    #weatherAt = new Map(); // order's id -> the weather in which its answer came

    constructor(stall, till) {
        Object.assign(this, { stall, till });
    }

    /** The whole plan: as many orders as it says, whatever happens. */
    async run() {
        const { counter, kitchen, pickup } = this.stall;
        say("taking orders with all linked");
        await this.#sell(10);
        await this.#part(kitchen, this.stall.others(kitchen), "silent", "parted");
        await this.#killed(kitchen, "parted");
        await this.#killedWhileParted(counter);
        await this.#killed(pickup, "linked");
        await this.#part(counter, [kitchen], "silent", "relayed");
        await this.#killedWhileSelling(counter);
        await this.#part(pickup, this.stall.others(pickup), "refuse", "linked");
        say("taking orders with all linked");
        await this.#sell(20);
    }

    /** How an order's way to the kitchen's board was, from its answer until it was shown there. */
    kindOf(answer, shownAt) {
        const weather = this.#weatherAt.get(answer.id);
        return shownAt > weather.endedAt && weather.kind !== "parted" ? "parted" : weather.kind;
    }

    /** Takes @count orders; calls @onAnswer(how many so far) after each. */
    async #sell(count, onAnswer = () => {}) {
        let begun = 0;
        let done = 0;
        const clerk = async () => {
            while (begun < count) {
                begun++;
                const answer = await this.till.take();
                this.#weatherAt.set(answer.id, this.weather.now);
                onAnswer(++done);
            }
        };
        await Promise.all(Array.from({ length: TILLS }, clerk));
    }

    /** Records what happens from here on; call the result when it is over. */
    #incident(kind, what) {
        const before = this.till.answers.length;
        say(what);
        return (unsent = 0) => {
            const orders = this.till.answers.length - before;
            this.incidents.push({ kind, what, orders, unsent });
        };
    }

    async #part(device, others, manner, weather) {
        const names = others.map(({ name }) => name).join(" and ");
        const over = this.#incident("partition", `${device.name} parted from ${names} (${manner})`);
        this.weather.turn(weather);
        this.stall.cut(device, others, manner);
        await this.#sell(ORDERS_EACH_LEAST / 2);
        await this.stall.parted(device, others); // they know it now
        await this.#sell(ORDERS_EACH_LEAST / 2);
        over();
        this.stall.heal(device, others);
        await this.#calm();
    }

    async #killed(device, weather) {
        this.weather.turn(weather);
        const over = this.#incident("kill", `${device.name} killed`);
        await device.kill();
        await this.#sell(ORDERS_EACH_LEAST);
        over();
        await device.start();
        await this.#calm();
    }

    /** What it had not told anybody must be there when it comes back. */
    async #killedWhileParted(device) {
        const others = this.stall.others(device);
        const parted = this.#incident("partition", `${device.name} parted from all (refuse)`);
        this.weather.turn("parted");
        this.stall.cut(device, others, "refuse");
        await this.stall.parted(device, others);
        await this.#sell(ORDERS_EACH_LEAST);
        await this.#killedInTheMiddle(device);
        parted();
        this.stall.heal(device, others);
        await this.#calm();
    }

    async #killedWhileSelling(device) {
        this.weather.turn("parted");
        await this.#killedInTheMiddle(device);
        await this.#calm();
    }

    /** Killed with requests under way; the client asks again with the same keys. */
    async #killedInTheMiddle(device) {
        const before = 5;
        let reached;
        const enough = new Promise((resolve) => {
            reached = resolve;
        });
        const count = before + ORDERS_EACH_LEAST;
        const selling = this.#sell(count, (done) => done === before && reached());
        await Promise.race([enough, selling]);
        const over = this.#incident("kill", `${device.name} killed while it takes orders`);
        await device.kill();
        const unsent = await this.#unsent(device);
        await device.start();
        await selling;
        over(unsent);
    }

    /** How many events the dead @device has in its store, and no other has in its. */
    async #unsent(device) {
        const known = new Set();
        for (const other of this.stall.others(device)) {
            for (const event of await this.#events(other)) known.add(event);
        }
        return (await this.#events(device)).filter((event) => !known.has(event)).length;
    }

    async #events(device) {
        const lines = (await device.command("export")).split("\n").slice(1, -1);
        return lines.map((line) => JSON.parse(line)).map(({ log, seq }) => `${log} ${seq}`);
    }

    async #calm() {
        await this.stall.linked(this.stall.devices);
        this.weather.turn("linked");
    }
}
