// A stall: counter, kitchen, pickup and a gateway on this machine, with a wire for each way between
// two.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Device, must } from "./device.mjs";
import { Wire } from "./proxy.mjs";
import { until } from "./wait.mjs";

const ROLES = [
    { name: "counter", role: "counter", lane: "A" },
    { name: "kitchen", role: "kitchen", lane: "K" },
    { name: "pickup", role: "pickup", lane: "P" },
];
const GATEWAY = { name: "gateway", role: "gateway", lane: "G" };
const LINK_SECONDS = 20;
const CONVERGE_SECONDS = 30;

export class Stall {
    #wires = new Map(); // "counter>kitchen"
    #isListening = false; // the provider sends webhooks to the gateway

    /** @options: {program, web, menu}, paths; gateway: of that program, or there is none. */
    static async make(options) {
        const stall = new Stall();
        stall.folder = await mkdtemp(path.join(os.tmpdir(), "trestle-demo-"));
        stall.devices = ROLES.map((role) => new Device({ ...options, ...role, ...stall }));
        if (options.gateway) {
            const program = options.gateway;
            stall.devices.push(new Device({ ...options, ...GATEWAY, ...stall, program }));
        }
        for (const device of stall.devices) stall[device.name] = device;
        if (options.gateway) {
            const { Cards } = await import("./card.mjs");
            stall.cards = await new Cards(stall.gateway).open();
        }
        stall.options = options;
        return stall;
    }

    /** Makes the pop-up, its menu, its devices and the kitchen's printer; none runs afterwards. */
    async found() {
        const { counter } = this;
        const place = ["--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0"];
        const pop = ["init", "--name", "Demo", "--lane", counter.lane, "--role", counter.role];
        await counter.command(...pop, "--copies", "2", ...place);
        await counter.start();
        await counter.command("menu", "import", this.options.menu);
        for (const device of this.devices.slice(1)) {
            const invite = ["invite", "--role", device.role, "--lane", device.lane];
            const invitation = await counter.command(...invite, "--name", device.name);
            const joined = await device.command("join", "--json", ...place, invitation.trim());
            device.id = JSON.parse(joined).device;
        }
        const owner = `owner=${this.kitchen.id}`;
        const printer = ["number=1", "name=Kitchen", "driver=text", owner, "width=32"];
        await counter.command("record", "add", "printer", ...printer);
        await counter.stop();
    }

    /** Every device dials every other, through the wire of that way. */
    async wire() {
        for (const from of this.devices) {
            for (const to of this.devices.filter((device) => device !== from)) {
                const wire = await new Wire(() => to.meshPort).open();
                this.#wires.set(`${from.name}>${to.name}`, wire);
                from.peers.push(`${to.id}@${wire.endpoint}`);
            }
        }
    }

    async start() {
        await Promise.all(this.devices.map((device) => device.start()));
        if (!this.#isListening) this.cards?.listen();
        this.#isListening = true;
        await this.linked(this.devices);
    }

    /** Until each of @devices says that it is linked with all the others of them. */
    async linked(devices) {
        const names = devices.map((device) => device.name).join(", ");
        for (const device of devices) {
            const others = devices.filter((other) => other !== device);
            await until(`${names} to be linked`, LINK_SECONDS, async () => {
                const { peers } = await device.status();
                const isLinked = (other) => peers.find(({ device: id }) => id === other.id)?.linked;
                return others.every(isLinked);
            });
        }
    }

    /** Until @device and each of @others, on both sides, no longer believe in their link. */
    async parted(device, others) {
        const isLinked = async (from, to) => {
            const { peers } = await from.status();
            return peers.find((peer) => peer.device === to.id)?.linked;
        };
        for (const other of others) {
            await until(`${device.name} and ${other.name} to notice`, LINK_SECONDS, async () => {
                const links = [await isLinked(device, other), await isLinked(other, device)];
                return !links.some(Boolean);
            });
        }
    }

    /** Cuts every wire between @device and @others; "silent" or "refuse". */
    cut(device, others, manner) {
        for (const wire of this.#between(device, others)) wire.cut(manner);
    }

    heal(device, others) {
        for (const wire of this.#between(device, others)) wire.heal();
    }

    #between(device, others) {
        return others.flatMap((other) => [
            this.#wires.get(`${device.name}>${other.name}`),
            this.#wires.get(`${other.name}>${device.name}`),
        ]);
    }

    others(device) {
        return this.devices.filter((other) => other !== device);
    }

    /** Until all hold the same number of events and each knows that no other lacks any. */
    async converged() {
        const standings = [];
        await until(
            "the devices to hold the same events",
            CONVERGE_SECONDS,
            async () => {
                for (const [at, device] of this.devices.entries())
                    standings[at] = await device.status();
                const isQuiet = standings.every(({ peers }) =>
                    peers.every((peer) => peer.linked && peer.behind === 0 && peer.ahead === 0),
                );
                return isQuiet && new Set(standings.map(({ events }) => events)).size === 1;
            },
            () => standings.map(({ events, device }) => `${device} ${events}`).join(", "),
        );
    }

    /** Stops what runs; says what did not end well. */
    async stop() {
        const ends = await Promise.allSettled(this.devices.map((device) => device.stop()));
        const bad = ends.find(({ status }) => status === "rejected");
        if (bad) throw bad.reason;
    }

    async close({ keep }) {
        for (const wire of this.#wires.values()) wire.close();
        this.#wires.clear();
        await Promise.allSettled(this.devices.map((device) => device.isRunning && device.kill()));
        await this.cards?.close();
        if (!keep) await rm(this.folder, { recursive: true, force: true });
    }

    async version() {
        return (await must(this.options.program, ["--version"])).split("\n")[0];
    }
}
