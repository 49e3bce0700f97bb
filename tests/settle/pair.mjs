// Two devices of one pop-up, linked, with one provider: two gateways, or a gateway and a kitchen.
import path from "node:path";
import { Device } from "../demo/device.mjs";
import { Wire } from "../demo/proxy.mjs";
import { until } from "../demo/wait.mjs";
import { keysPut } from "./stall.mjs";

const SECONDS = 30;

export class Pair {
    #wires = [];

    /** Another device beside the gateway of @stall. @hasKeys: it settles too, from its first start
     * on. */
    async open(stall, { hasKeys, role = "gateway" }) {
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
        const invite = ["invite", "--role", role, "--lane", "G", "--name", "second"];
        const invitation = await first.command(...invite);
        const joined = await this.second.command("join", "--json", invitation.trim());
        this.second.id = JSON.parse(joined).device;
        for (const [from, to] of [
            [first, this.second],
            [this.second, first],
        ]) {
            const wire = await new Wire(() => to.meshPort).open();
            this.#wires.push(wire);
            from.peers.push(`${to.id}@${wire.endpoint}`);
        }
        if (hasKeys) await keysPut(this.second);
        await this.start();
        await stall.restart(0); // with the way to the other
        await this.linked();
        return this;
    }

    linked() {
        return until("the two to be linked", SECONDS, async () => {
            const { peers } = await this.stall.device.get("/api/status");
            return peers.some(({ linked }) => linked);
        });
    }

    async start() {
        const { KILL_AT: _, ...variables } = this.stall.variables();
        this.second.variables = variables;
        await this.second.start();
    }

    /** Until neither has an event that the other lacks. */
    synced() {
        return until("the two to know the same", SECONDS, async () => {
            const { peers } = await this.stall.device.get("/api/status");
            return peers.some(({ linked, behind, ahead }) => linked && behind + ahead === 0);
        });
    }

    async close() {
        await this.second.stop();
        this.second.agent.destroy();
        for (const wire of this.#wires) wire.close();
    }
}
