// Two devices of one pop-up, linked, with one provider: two gateways, or a gateway and a kitchen.
import path from "node:path";
import { Device } from "../demo/device.mjs";
import { Wire } from "../demo/proxy.mjs";
import { until } from "../demo/wait.mjs";
import { charged, givenBack, ledgerText, ordersOf } from "./export.mjs";
import { sum } from "./guests.mjs";
import { Mortal } from "./mortal.mjs";
import { keysPut } from "./stall.mjs";

const SECONDS = 30;

export class Pair {
    #wires = [];

    /** Another device beside the gateway of @stall. @hasKeys: it settles too, from its first start
     * on. @deaths: when each of the two dies, which is started again then. */
    async open(stall, { hasKeys, role = "gateway", deaths = [{}, {}] }) {
        const first = stall.device;
        this.stall = stall;
        this.second = new Device({
            program: path.join(stall.build, "trestle-gateway"),
            web: "/nonexistent",
            folder: stall.folder,
            name: "second",
            role,
            lane: "G",
        });
        // While the disk is full nobody is let in: whoever is in charge invites again.
        await until("the second to have joined", 2 * SECONDS, () => this.#join(role));
        for (const [from, to] of [
            [first, this.second],
            [this.second, first],
        ]) {
            const wire = await new Wire(() => to.meshPort).open();
            this.#wires.push(wire);
            from.peers.push(`${to.id}@${wire.endpoint}`);
        }
        if (hasKeys) await keysPut(this.second);
        this.gateway = new Mortal(this.second, stall);
        stall.gateways.push(this.gateway);
        const [one, other] = deaths;
        await this.start(other);
        await stall.restart(one.at, one.only); // with the way to the other
        await this.linked();
        return this;
    }

    async #join(role) {
        const invite = ["invite", "--role", role, "--lane", "G", "--name", "second"];
        const invitation = await this.stall.device.command(...invite);
        const joined = await this.second.command("join", "--json", invitation.trim());
        this.second.id = JSON.parse(joined).device;
        return true;
    }

    linked() {
        return until("the two to be linked", SECONDS, async () => {
            const { peers } = await this.stall.device.get("/api/status");
            return peers.some(({ linked }) => linked);
        });
    }

    start({ at, only } = {}) {
        return this.gateway.start(at, only);
    }

    /** The second dies, and the first has noticed: what it did before, it did with both there. */
    async lose() {
        await this.gateway.end();
        await until("the second to be missed", SECONDS, async () => {
            const { peers } = await this.stall.device.get("/api/status");
            return peers.every(({ linked }) => !linked);
        });
    }

    /** Until neither has an event that the other lacks. */
    synced() {
        return until("the two to know the same", SECONDS, async () => {
            const { peers } = await this.stall.device.get("/api/status");
            return peers.some(({ linked, behind, ahead }) => linked && behind + ahead === 0);
        });
    }

    /** What the stores of @devices, read from their disks, have of the money of @order is the same,
     * and what the provider's journal says. */
    async agree(order, devices = [this.stall.device, this.second]) {
        const money = this.stall.money(order.id);
        const texts = [];
        for (const device of devices) {
            const stored = ordersOf(await device.command("export")).get(order.id);
            const has = [charged(stored), givenBack(stored)];
            const due = [sum(money, "captured"), sum(money, "refunded")];
            if (String(has) !== String(due))
                throw new Error(`${device.name} has ${has} charged and given back, not ${due}`);
            texts.push(ledgerText(stored));
        }
        if (new Set(texts).size > 1) throw new Error(`not the same: ${texts.join(" ")}`);
    }

    async close() {
        await this.gateway.stop();
        for (const wire of this.#wires) wire.close();
    }
}
