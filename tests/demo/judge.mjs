// What the stopped devices' stores say, held against the client's own list of answers. Nothing here
// knows whether somebody has been at the stores.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ask } from "./device.mjs";
import { journalRead } from "./journal.mjs";
import { stationsOf, ticketsRead } from "./paper.mjs";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const READ_SECONDS = 1800; // a store, or all exports: of a long night, on a busy machine
const VERIFIER = fileURLToPath(new URL("../verifier/verify.py", import.meta.url));

/** Groups of @orders with more than one member that have the same value: [value, members]. */
function repeated(orders, valueOf) {
    const groups = new Map();
    for (const order of orders) {
        const value = valueOf(order);
        groups.set(value, [...(groups.get(value) ?? []), order]);
    }
    return [...groups].filter(([, members]) => members.length > 1);
}

export class Judge {
    findings = []; // {kind: lost, changed, duplicate, digest, journal, fork, paper or card, text}
    lost = new Set(); // names of orders
    lostDeeds = new Set();
    duplicates = 0;
    digests = []; // by device
    events = []; // by device
    tickets = 0; // on paper, the copies that say so left out
    copies = 0;
    #stores = []; // {device, file, orders, events}

    /** @answers: to orders; @deeds: to what was done with them since. */
    constructor(answers, deeds) {
        Object.assign(this, { answers, deeds });
    }

    static async over(devices, answers, deeds) {
        const judge = new Judge(answers, deeds);
        for (const device of devices) await judge.#store(device);
        judge.#acknowledged();
        judge.#done();
        for (const store of judge.#stores) judge.#counted(store);
        judge.#compared();
        await judge.#verified();
        return judge;
    }

    #find(kind, text) {
        this.findings.push({ kind, text });
    }

    /** Reads one store with the program's own tools, each a process of its own. */
    async #store(device) {
        const file = path.join(path.dirname(device.state), `${device.name}.jsonl`);
        const words = ["verify", "--json", "--state", device.state];
        this.#verdict(device, await ask(device.program, words, READ_SECONDS));
        const line = ["export", "--state", device.state];
        const exported = await ask(device.program, line, READ_SECONDS);
        if (exported.status !== 0)
            this.#find("journal", `trestle export, ${device.name}: ${exported.err.trim()}`);
        await writeFile(file, exported.out);
        this.#stores.push({ device, file, ...(await journalRead(file)) });
    }

    #verdict({ name, state }, { status, out, err }) {
        const report = JSON.parse(out || '{"stores":[{}],"findings":[]}');
        this.digests.push(report.stores[0].digest);
        this.events.push(report.stores[0].events);
        const texts = report.findings.map(({ text }) => text.replaceAll(`${state}: `, ""));
        if (status !== 0 && texts.length === 0) texts.push(err.trim() || `status ${status}`);
        for (const text of texts) this.#find("journal", `trestle verify, ${name}: ${text}`);
    }

    /** Every answer that the client got, against every store. */
    #acknowledged() {
        for (const { device, orders } of this.#stores) {
            const byId = new Map(orders.map((order) => [order.id, order]));
            for (const answer of this.answers) {
                const order = byId.get(answer.id);
                const what = `${answer.number} (${answer.name})`;
                if (!order) {
                    this.lost.add(answer.name);
                    this.#find("lost", `${what} was acknowledged; ${device.name} lacks it`);
                } else if (order.amount !== answer.total || order.number !== answer.number) {
                    this.#find(
                        "changed",
                        `${what} was acknowledged at ${answer.total}; at ${device.name} it is ` +
                            `${order.number} at ${order.amount}`,
                    );
                }
            }
        }
    }

    /** Every answer that kitchen and pickup got. */
    #done() {
        for (const { name, number, id, log, seq } of this.deeds) {
            for (const { device, events } of this.#stores) {
                if (events.get(`${log} ${seq}`) === id) continue;
                this.lostDeeds.add(`${name} ${id}`);
                const what = `${name} of ${number}`;
                this.#find("lost", `${what} was acknowledged; ${device.name} lacks it`);
            }
        }
    }

    /** One order for each guest who asked, each under a number of its own, opened once. */
    #counted({ device, orders }) {
        const asked = new Set(this.answers.map(({ name }) => name));
        for (const [name, members] of repeated(orders, (order) => order.name)) {
            this.duplicates += members.length - 1;
            const numbers = members.map(({ number }) => number).join(" and ");
            this.#find("duplicate", `${name} asked once; ${device.name} has ${numbers}`);
        }
        for (const [number, members] of repeated(orders, (order) => order.number))
            this.#find("duplicate", `${device.name} calls ${members.length} orders ${number}`);
        for (const { name, number, opened } of orders) {
            if (opened > 1) this.#find("duplicate", `${number} was opened ${opened} times`);
            if (!asked.has(name)) this.#find("duplicate", `nobody asked for ${number} (${name})`);
        }
    }

    /** One ticket for each order at each of its stations; any further one says it is a copy. */
    async printed(device, items) {
        const tickets = await ticketsRead(device, 1);
        this.copies = tickets.filter(({ isCopy }) => isCopy).length;
        this.tickets = tickets.length - this.copies;
        for (const answer of this.answers.filter(({ isCalledOff }) => !isCalledOff)) {
            for (const station of stationsOf(answer, items)) {
                const slips = tickets
                    .filter((slip) => slip.number === answer.number)
                    .filter((slip) => slip.station === station);
                const firsts = slips.filter(({ isCopy }) => !isCopy);
                const what = `${answer.number} at ${station}`;
                if (slips.length === 0) this.#find("paper", `${what} never came to paper`);
                if (firsts.length > 1)
                    this.#find("paper", `${what} was printed ${firsts.length} times unmarked`);
            }
        }
    }

    #compared() {
        if (new Set(this.digests).size === 1 && this.digests[0]) return;
        const sides = this.#stores.map(
            ({ device }, at) => `${device.name} ${this.digests[at]?.slice(0, 16)}`,
        );
        this.#find("digest", `state differs: ${sides.join(", ")}`);
    }

    /** All exports, by the verifier that shares no code with ours. */
    async #verified() {
        const files = this.#stores.map(({ file }) => file);
        const { status, out, err } = await ask(PYTHON, ["-B", VERIFIER, ...files], READ_SECONDS);
        if (status === 0) return;
        const lines = out.split("\n").slice(0, -2);
        for (const line of lines.length > 0 ? lines : [err.trim()]) {
            const kind = line.includes("is forked") ? "fork" : "journal";
            this.#find(kind, `verify.py: ${line.replaceAll(`${path.dirname(files[0])}/`, "")}`);
        }
    }
}
