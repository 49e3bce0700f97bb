// A stall from nothing to its first order: each step as a person would take it, on real processes.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../../demo/client.mjs";
import { ask, Device, must } from "../../demo/device.mjs";
import { until } from "../../demo/wait.mjs";
import { Trouble } from "../../demo/words.mjs";
import { Printer } from "../../rehearsal/printer.mjs";

const COFFEE = fileURLToPath(new URL("../../../docs/examples/coffee.csv", import.meta.url));
const PLACE = ["--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0"];
const NAMES = {
    counter: { role: "counter", lane: "A" },
    kitchen: { role: "kitchen", lane: "K" },
    pickup: { role: "pickup", lane: "P" },
};
const PATIENCE_SECONDS = 120; // of a machine that has much else to do
const BURGER = 13; // of the shipped menu; its station is the grill
const COLA = 30;

/** @throws Trouble, unless @is */
function expect(what, is) {
    if (!is) throw new Trouble(`it is not so: ${what}`);
}

const has = (text, words) => words.every((word) => text.includes(word));

export class FirstStall {
    /** @programs: {program, web}, paths. */
    static async make(programs) {
        const stall = new FirstStall();
        stall.folder = await mkdtemp(path.join(os.tmpdir(), "trestle-first-"));
        stall.printer = await new Printer().open();
        for (const [name, role] of Object.entries(NAMES)) {
            stall[name] = new Device({ ...programs, ...role, name, folder: stall.folder });
        }
        return stall;
    }

    async close() {
        await Promise.all(Object.keys(NAMES).map((name) => this[name].stop()));
        this.printer.close();
        await rm(this.folder, { recursive: true });
    }

    // --- the steps ---

    /** By flags, as a script would; what a person is asked is another test. */
    async setUp() {
        const popup = ["--name", "Night market", "--currency", "EUR", "--exclude-tax"];
        const offer = ["--menu", "burgers", "--stall", "Grill", "--stall", "Coffee"];
        await this.counter.command("init", ...popup, ...offer, ...PLACE);
    }

    async startCounter() {
        await this.counter.start();
        this.till = await new Client(this.counter).open();
        const { items } = await this.counter.get("/api/menu");
        expect("14 burgers and drinks are on the menu", items.length === 14);
    }

    /** The second stall's menu comes as a table, with numbers of its own, and once more as JSON. */
    async importMenus() {
        const table = path.join(this.folder, "coffee.csv");
        const json = path.join(this.folder, "menu.json");
        const [head, ...lines] = (await readFile(COFFEE, "utf8")).trim().split("\n");
        const coffee = lines.map((line) => `1${line},2`); // item 110 to 143, of stall 2
        await writeFile(table, [`${head},stall`, ...coffee, ""].join("\n"));
        await this.counter.command("menu", "import", table);
        const written = JSON.parse(await this.counter.command("menu", "export", "--json"));
        const lager = written.items.find(({ name }) => name === "Lager");
        lager.price = 450;
        await writeFile(json, JSON.stringify(written));
        await this.counter.command("menu", "import", json);
        const { items } = await this.counter.get("/api/menu");
        expect("28 items are on the menu", items.length === 28);
        expect(
            "a lager costs 4.50",
            items.some(({ price }) => price === lager.price),
        );
        expect("coffee is of stall 2", items.find(({ number }) => number === 110).stall === 2);
    }

    /** With the code that a terminal draws, read where a scanner would pass it on. */
    async inviteAtTerminal() {
        const words = `"${this.counter.program}" invite --role kitchen --lane K --name kitchen`;
        const command = `stty cols 100 rows 60; ${words} --state "${this.counter.state}"`;
        const shown = await must("script", ["-qec", command, "/dev/null"]);
        const [text] = /trestle1:\S+/.exec(shown) ?? [];
        expect("a code is drawn", has(shown, ["▀", "▄"]));
        expect("the invitation stands below it", text !== undefined);
        await this.#join(this.kitchen, text);
    }

    /** As /office and /join show it: the page asks for the invitation, and has it drawn. */
    async inviteOnPage() {
        const { role, lane } = this.pickup;
        await this.till.post("/api/invitation", { role, lane, name: "pickup" });
        const open = await until("the invitation", PATIENCE_SECONDS, async () => {
            const invitation = await this.counter.get("/api/invitation");
            return invitation.state === "open" && invitation;
        });
        const drawn = await this.till.post("/api/qr", { text: open.invitation });
        expect("the page has a code to draw", drawn.modules > 20 && drawn.path.startsWith("M"));
        await this.#join(this.pickup, open.invitation);
    }

    async #join(device, invitation) {
        const joined = await device.command("join", "--json", ...PLACE, invitation);
        device.id = JSON.parse(joined).device;
        await device.start();
        await until(`the ${device.name}'s menu`, PATIENCE_SECONDS, async () => {
            return (await device.get("/api/menu")).items.length === 28;
        });
    }

    async addPrinter() {
        const address = `address=${this.printer.address}`;
        const where = [`owner=${this.kitchen.id}`, "driver=escpos", address, "width=32"];
        await this.counter.command("record", "add", "printer", "number=1", "name=Pass", ...where);
        await until("the kitchen's printer", PATIENCE_SECONDS, async () => {
            const { printers } = await this.kitchen.get("/api/status");
            return printers.some(({ ready }) => ready);
        });
    }

    /** From the counter to the kitchen, and its ticket; from there to whoever waits for it. */
    async order() {
        const { id, number } = await this.till.post("/api/orders", {
            ...{ channel: "counter", mode: "take-away", name: "Ada" },
            lines: [BURGER, COLA].map((item) => ({ item, quantity: 1 })),
            payment: { method: "cash" },
        });
        const cook = await new Client(this.kitchen).open();
        await until("the order on the kitchen's board", PATIENCE_SECONDS, async () => {
            const { orders } = await this.kitchen.get("/api/kitchen/board");
            return orders.some((order) => order.id === id);
        });
        await cook.post(`/api/orders/${id}/accept`, {});
        await until(
            "its ticket",
            PATIENCE_SECONDS,
            () => this.printer.slips.some((slip) => has(slip, [number, "Halloumi"])),
            () => `what lies at the printer: ${this.printer.slips.join("---")}`,
        );
        await cook.post(`/api/orders/${id}/done`, {});
        await until("its number on the pickup board", PATIENCE_SECONDS, async () => {
            const board = JSON.stringify(await this.pickup.get("/api/pickup/board"));
            return board.includes(`"${number}"`);
        });
        const clerk = await new Client(this.pickup).open();
        await clerk.post(`/api/orders/${id}/hand-over`, {});
        await until("the counter to hear of it", PATIENCE_SECONDS, async () => {
            const { phase } = await this.counter.get(`/api/orders/${id}`);
            return phase === "completed";
        });
    }

    async report() {
        const { out } = await ask(this.counter.program, [
            ...["report", "--html", "--state", this.counter.state],
        ]);
        expect("the report is of one order", has(out, ["Night market", "Halloumi burger"]));
    }
}
