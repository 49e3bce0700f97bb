// A gateway, its practice Stripe, and one order after another through them.
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "../demo/client.mjs";
import { Device } from "../demo/device.mjs";
import { until } from "../demo/wait.mjs";
import { Trouble } from "../demo/words.mjs";
import { StandIn } from "../stripe/stand_in.mjs";

export const KEYS = {
    "stripe-secret-key": "sk_test_practice0123456789abcdef",
    "stripe-publishable-key": "pk_test_practice0123456789abcdef",
    "stripe-webhook-secret": "whsec_practice0123456789abcdef",
};
const MENU = new URL("../../docs/examples/menu.csv", import.meta.url).pathname;
const SECONDS = 60;

export class Stall {
    secrets = []; // that pages were given

    /** @build: where the programs are; @webhooks: whether they arrive. */
    async open({ build, seed, webhooks = true }) {
        this.folder = await mkdtemp(path.join(tmpdir(), "trestle-settle-"));
        this.killFile = path.join(this.folder, "kills");
        this.preload = path.join(build, "tests/settle/libkill.so");
        this.standIn = await new StandIn({ seed, runs: true }).open();
        const program = path.join(build, "trestle-gateway");
        const where = { program, web: "/nonexistent", folder: this.folder };
        this.device = new Device({ ...where, name: "gateway", role: "counter", lane: "A" });
        await this.#init();
        await this.device.start();
        if (webhooks) this.#listen();
        this.client = await new Client(this.device).open();
        this.items = (await this.device.get("/api/menu")).items;
        return this;
    }

    async #init() {
        const { device, standIn } = this;
        await device.command(
            "init",
            "--name",
            "Settle",
            "--lane",
            "A",
            "--stripe-url",
            standIn.url,
        );
        await device.command("menu", "import", MENU);
        await mkdir(path.join(device.state, "stripe"));
        for (const [name, key] of Object.entries(KEYS))
            await writeFile(path.join(device.state, "stripe", name), `${key}\n`, { mode: 0o600 });
    }

    #listen() {
        const endpoint = { url: `${this.device.url}/webhooks/stripe`, enabled_events: ["*"] };
        this.standIn.account.endpoints.create(endpoint, KEYS["stripe-webhook-secret"]);
    }

    /** Starts it again; it dies at its @at-th moment, and is started once more. */
    async restart(at) {
        if (this.device.isRunning) await this.device.kill();
        await this.#start(at);
    }

    async #start(at) {
        const { device, preload, killFile, standIn } = this;
        device.variables = { LD_PRELOAD: preload, KILL_FILE: killFile, KILL_PORT: standIn.port };
        if (at > 0) device.variables.KILL_AT = at;
        try {
            await device.start();
        } catch (error) {
            if (!(at > 0)) throw error;
            return this.#start(0); // it died on the way
        }
        void device.ended().then(({ signal }) => {
            if (signal === "SIGKILL" && !this.isClosing) this.back = this.#start(0);
        });
    }

    /** The moments at which it died. */
    async moments() {
        await this.back;
        const lines = (await readFile(this.killFile, "utf8").catch(() => "")).trim().split("\n");
        return lines.filter((line) => line.includes(" ")).map((line) => line.replace(/^\d+ /, ""));
    }

    /** What the provider has of @order: its intents and their sums. */
    money(order) {
        const { intents, journal } = this.standIn.account;
        const all = [];
        for (let page, after; !page || page.has_more; after = page.data.at(-1).id) {
            page = intents.list({ limit: 100, starting_after: after });
            all.push(...page.data);
            if (page.data.length === 0) break;
        }
        const own = all.filter((intent) => intent.metadata.trestle_order === order);
        const zero = { held: 0, captured: 0, refunded: 0, disputed: 0, net: 0 };
        return own.map((intent) => ({ ...zero, ...journal.balances[intent.id], intent }));
    }

    /** Asks until there is an answer other than "try again". */
    async ask(method, where, body) {
        return until(`${method} ${where}`, SECONDS, async () => {
            const answer = await this.device.request(method, where, { body });
            if ([429, 500, 503, 507].includes(answer.status)) throw new Error(answer.body.detail);
            return answer;
        });
    }

    place(lines) {
        const order = { channel: "web", mode: "take-away", pay_first: true, lines };
        return this.client.post("/api/orders", order);
    }

    order(id) {
        return this.device.get(`/api/orders/${id}`);
    }

    /** The order, when @fits says that it is as it should be. */
    orderWhen(id, what, fits) {
        let last;
        return until(
            what,
            SECONDS,
            async () => {
                last = await this.order(id);
                return fits(last) && last;
            },
            () => JSON.stringify({ phase: last?.phase, due: last?.due, provider: last?.provider }),
        );
    }

    /** The intent that a customer's page gets for @order; rejects when there is nothing to pay. */
    async form(order) {
        const { status, body } = await this.ask("POST", `/api/orders/${order}/payment`, {});
        if (status !== 200) throw new Trouble(`no form: ${status} ${body.code} ${body.detail}`);
        this.secrets.push(body.client_secret);
        return { id: body.client_secret.split("_secret_")[0], ...body };
    }

    async close() {
        this.isClosing = true;
        await this.back;
        if (this.device.isRunning) await this.device.kill();
        await this.standIn.close();
    }
}
