// Real devices of one stall: two counters' and a gateway that customers' phones reach.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../../demo/client.mjs";
import { Device } from "../../demo/device.mjs";
import { until } from "../../demo/wait.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const build = process.env.TRESTLE_BUILD ?? path.join(root, "build/release");
const web = path.join(root, "web/dist");

/** {counter, kitchen, gateway, client, close}: @client speaks to the counter. */
export async function openStall() {
    const folder = await mkdtemp(path.join(tmpdir(), "trestle-bench-screens-"));
    const device = (program, name, role, lane) =>
        new Device({ program: path.join(build, program), web, folder, name, role, lane });
    const counter = device("trestle", "counter", "counter", "A");
    const kitchen = device("trestle", "kitchen", "kitchen", "");
    const gateway = device("trestle-gateway", "gateway", "gateway", "W");
    const devices = [gateway, kitchen, counter];
    const close = async () => {
        for (const one of devices.filter(({ isRunning }) => isRunning)) {
            await one.kill();
        }
        await rm(folder, { recursive: true, force: true });
    };
    try {
        await counter.command("init", "--name", "Harbour Street Kitchen", "--lane", "A");
        await counter.start();
        await counter.command("menu", "import", path.join(root, "docs/examples/menu.csv"));
        await join(counter, kitchen, "--role", "kitchen", "--name", "kitchen");
        await join(counter, gateway, "--role", "gateway", "--lane", "W", "--name", "gateway");
        await until("the devices to be linked", 30, async () => {
            const { peers } = await counter.get("/api/status");
            return peers.length === 2 && peers.every(({ linked }) => linked);
        });
        await until("the menu to be at the gateway", 30, async () => {
            const { items } = await gateway.get("/api/menu");
            return items.length > 0;
        });
        return { counter, kitchen, gateway, client: await new Client(counter).open(), close };
    } catch (error) {
        await close();
        throw error;
    }
}

async function join(counter, device, ...words) {
    const invitation = await counter.command("invite", ...words);
    await device.command("join", invitation.trim());
    device.peers = [`${counter.id}@tcp://127.0.0.1:${counter.meshPort}`];
    await device.start();
}
