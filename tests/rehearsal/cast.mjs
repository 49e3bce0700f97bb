// Who is there: six devices, each a process, wires between them, printers, a provider, an uplink.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Device } from "../demo/device.mjs";
import { Wire } from "../demo/proxy.mjs";
import { until } from "../demo/wait.mjs";
import { KEYS, keysPut } from "../settle/stall.mjs";
import { StandIn } from "../stripe/stand_in.mjs";
import { Printer } from "./printer.mjs";
import { CAKE, STATIONS } from "./score.mjs";

const MENU = fileURLToPath(new URL("menu.csv", import.meta.url));
const NAMES = {
    counter: { role: "counter", lane: "A" },
    bar: { role: "counter", lane: "B" },
    kitchen: { role: "kitchen", lane: "K" },
    pickup: { role: "pickup", lane: "P" },
    gateway: { role: "gateway", lane: "G" },
    tablet: { role: "counter", lane: "T" },
};
const LINK_SECONDS = 120;
const PLACE = ["--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0"];

export class Cast {
    devices = [];
    #wires = new Map(); // "counter>kitchen"

    /** @programs: {program, gateway, libraries}, paths. */
    static async make(programs, { seed, cakes }) {
        const cast = new Cast();
        Object.assign(cast, { programs, cakes });
        cast.folder = await mkdtemp(path.join(os.tmpdir(), "trestle-rehearsal-"));
        cast.printer = await new Printer().open();
        cast.standIn = await new StandIn({ seed, runs: true }).open();
        cast.account = cast.standIn.account;
        for (const name of Object.keys(NAMES)) cast.#hire(name);
        await keysPut(cast.gateway);
        cast.gateway.variables.TRESTLE_STRIPE_URL = cast.standIn.url;
        return cast;
    }

    #hire(name) {
        const { program, gateway } = this.programs;
        const device = new Device({
            program: name === "gateway" ? gateway : program,
            web: "/nonexistent",
            folder: this.folder,
            name,
            ...NAMES[name],
        });
        device.clockFile = path.join(this.folder, `${name}.clock`);
        device.fullFlag = path.join(this.folder, `${name}.full`);
        device.ballast = path.join(device.state, "ballast");
        device.variables = {
            LD_PRELOAD: this.programs.libraries.join(":"),
            CLOCK_FILE: device.clockFile,
            FULL_FLAG: device.fullFlag,
            FULL_BALLAST: device.ballast,
        };
        this.devices.push(device);
        this[name] = device;
    }

    /** Who is still of the pop-up. */
    get own() {
        return this.devices.filter((device) => device !== this.tablet);
    }

    others(device) {
        return this.devices.filter((other) => other !== device);
    }

    async found() {
        const { counter } = this;
        for (const device of this.devices) await this.clock(device, 0);
        const pop = ["--name", "Rehearsal", "--lane", counter.lane, "--role", counter.role];
        await counter.command("init", ...pop, "--copies", "2", ...PLACE);
        await counter.start();
        await counter.command("menu", "import", MENU);
        await counter.command("stock", "policy", String(CAKE), "strict");
        await counter.command("stock", "add", String(CAKE), String(this.cakes));
        for (const device of this.others(counter)) await this.#join(device);
        await this.#printers();
        await counter.stop();
        for (const from of this.devices) await this.#wire(from);
    }

    async #join(device) {
        const { role, lane, name } = device;
        const invite = ["invite", "--role", role, "--lane", lane, "--name", name];
        const invitation = await this.counter.command(...invite);
        const joined = await device.command("join", "--json", ...PLACE, invitation.trim());
        device.id = JSON.parse(joined).device;
    }

    /** One for each station, all at the kitchen; the first has a plug. */
    async #printers() {
        for (const [at, station] of STATIONS.entries()) {
            const plug = ["driver=escpos", `address=${this.printer.address}`];
            const own = at === 0 ? plug : ["driver=text"];
            const what = [`number=${at + 1}`, `name=${station}`, `owner=${this.kitchen.id}`];
            const rest = [...own, `stations=${station}`, "width=32"];
            await this.counter.command("record", "add", "printer", ...what, ...rest);
        }
    }

    async #wire(from) {
        for (const to of this.others(from)) {
            const wire = await new Wire(() => to.meshPort).open();
            this.#wires.set(`${from.name}>${to.name}`, wire);
            from.peers.push(`${to.id}@${wire.endpoint}`);
        }
    }

    async start() {
        await Promise.all(this.devices.map((device) => device.start()));
        const { gateway, account } = this;
        const endpoint = { url: `${gateway.url}/webhooks/stripe`, enabled_events: ["*"] };
        account.endpoints.create(endpoint, KEYS["stripe-webhook-secret"]);
        this.uplink = await new Wire(() => gateway.httpPort).open();
        this.uplinkPort = Number(new URL(this.uplink.endpoint.replace("tcp:", "http:")).port);
        await this.linked(this.devices);
        await this.equal(this.devices);
    }

    async linked(devices) {
        for (const device of devices) {
            await until(`${device.name} to be linked`, LINK_SECONDS, async () => {
                const { peers } = await device.status();
                const isLinked = (other) => peers.find(({ device: id }) => id === other.id)?.linked;
                return devices.every((other) => other === device || isLinked(other));
            });
        }
    }

    /** Until @devices hold the same events. */
    async equal(devices) {
        await until("the devices to hold the same", LINK_SECONDS, async () => {
            const all = await Promise.all(devices.map((device) => device.status()));
            const isQuiet = all.every(({ peers }) =>
                peers.every(({ behind, ahead }) => behind + ahead === 0),
            );
            return isQuiet && new Set(all.map(({ events }) => events)).size === 1;
        });
    }

    /** All wires of @device. */
    wiresOf({ name }) {
        const ends = ([way]) => way.split(">").includes(name);
        return [...this.#wires].filter(ends).map(([, wire]) => wire);
    }

    /** @device's clock is wrong by that many seconds from now on. */
    clock(device, seconds) {
        return writeFile(device.clockFile, `${seconds} 0 0`.padEnd(60));
    }

    async stop() {
        for (const device of this.devices) if (device.isRunning) await device.stop();
    }

    async close({ keep }) {
        for (const wire of this.#wires.values()) wire.close();
        this.uplink?.close();
        this.printer.close();
        await Promise.allSettled(this.devices.map((device) => device.isRunning && device.kill()));
        await this.standIn.close();
        if (!keep) await rm(this.folder, { recursive: true, force: true });
    }
}
