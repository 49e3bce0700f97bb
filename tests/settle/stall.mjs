// A gateway, its practice Stripe, and one order after another through them.
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "../demo/client.mjs";
import { Device } from "../demo/device.mjs";
import { port } from "../demo/port.mjs";
import { until } from "../demo/wait.mjs";
import { Trouble } from "../demo/words.mjs";
import { StandIn } from "../stripe/stand_in.mjs";
import { Mortal } from "./mortal.mjs";

export const KEYS = {
    "stripe-secret-key": "sk_test_practice0123456789abcdef",
    "stripe-publishable-key": "pk_test_practice0123456789abcdef",
    "stripe-webhook-secret": "whsec_practice0123456789abcdef",
};
export const MENU = new URL("../../docs/examples/menu.csv", import.meta.url).pathname;
const TIPS_OFFERED = "5 10 15"; // per cent
const SECONDS = 60;

const deviceIn = (build, folder, name = "gateway") =>
    new Device({
        program: path.join(build, "trestle-gateway"),
        web: "/nonexistent",
        folder,
        name,
        role: "counter",
        lane: "A",
    });

/** The keys of the provider, where @device looks for them. */
export async function keysPut(device, keys = KEYS) {
    await mkdir(path.join(device.state, "stripe"), { recursive: true });
    for (const [name, key] of Object.entries(keys))
        await writeFile(path.join(device.state, "stripe", name), `${key}\n`, { mode: 0o600 });
}

/** Customers are asked for a tip: said to @device while it runs, as its owner says it. */
async function tipsOffer(device) {
    await device.start();
    try {
        const client = await new Client(device).open();
        await client.send("PATCH", "/api/popup", { tips: TIPS_OFFERED });
    } finally {
        await device.stop();
    }
}

/** A folder with a gateway that was set up: each stall begins with a copy. */
export async function pattern(build) {
    const folder = await mkdtemp(path.join(tmpdir(), "trestle-settle-"));
    const device = deviceIn(build, folder);
    await device.command("init", "--name", "Settle", "--lane", "A");
    await device.command("menu", "import", MENU);
    await tipsOffer(device);
    await keysPut(device); // only now: who has them asks a provider
    return folder;
}

export class Stall {
    secrets = []; // that pages were given
    gateways = []; // one, or two
    speed = 1; // seconds of the gateway and the provider in one of ours

    /** @build: where the programs are; @from: pattern(); @webhooks: whether they arrive; @at: the
     * moment at which it dies, 0 = none, of those that @only names; @skew: seconds by which the
     * provider's clock is ahead; @variables: of its environment, besides. */
    async open({
        build,
        from,
        seed,
        webhooks = true,
        speed = 1,
        skew = 0,
        variables = {},
        ...dies
    }) {
        const { at = 0, only } = dies;
        this.build = build;
        this.settings = variables;
        this.speed = speed;
        this.folder = await mkdtemp(path.join(tmpdir(), "trestle-settle-"));
        this.killFile = path.join(this.folder, "kills");
        this.clockFile = path.join(this.folder, "clock");
        this.preload = path.resolve(build, "tests/settle/libkill.so");
        await writeFile(this.clockFile, Buffer.alloc(8));
        await cp(path.join(from, "gateway"), path.join(this.folder, "gateway"), {
            recursive: true,
        });
        const now = Math.floor(Date.now() / 1000) + skew;
        this.standIn = await new StandIn({ seed, now, runs: true, speed }).open();
        this.device = deviceIn(build, this.folder);
        this.device.httpPort = await port();
        this.gateway = new Mortal(this.device, this);
        this.gateways.push(this.gateway);
        await this.gateway.start(at, only);
        if (webhooks) this.#listen();
        this.client = await until("a session", SECONDS, () => new Client(this.device).open());
        this.items = await until("the menu", SECONDS, async () => {
            return (await this.device.get("/api/menu")).items;
        });
        return this;
    }

    /** The gateway's clocks leap, those that only grow; what it does at its next turn knows. */
    async leap(seconds) {
        this.ahead = (this.ahead ?? 0n) + BigInt(seconds) * 1000n;
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(this.ahead);
        const file = await open(this.clockFile, "r+");
        await file.write(bytes, 0, 8, 0);
        await file.close();
    }

    /** On the disks of its gateways. */
    makeRoom() {
        this.settings = { ...this.settings, FULL_AT: 0 };
    }

    /** What the environment of a gateway of this stall says. */
    variables(at = 0, only = "") {
        const { standIn, preload, killFile, clockFile, speed } = this;
        return {
            LD_PRELOAD: preload,
            CLOCK_FILE: clockFile,
            CLOCK_SPEED: speed,
            KILL_FILE: killFile,
            KILL_PORT: standIn.port,
            ...(at > 0 ? { KILL_AT: at } : {}),
            ...(only !== "" ? { KILL_ONLY: only } : {}),
            TRESTLE_STRIPE_URL: standIn.url,
            ...this.settings,
        };
    }

    #listen() {
        const endpoint = { url: `${this.device.url}/webhooks/stripe`, enabled_events: ["*"] };
        this.standIn.account.endpoints.create(endpoint, KEYS["stripe-webhook-secret"]);
    }

    /** It dies, and is not started again. */
    end() {
        return this.gateway.end();
    }

    /** Starts it again; it dies at its @at-th moment of those that @only names, and is started once
     * more. */
    async restart(at, only) {
        await this.end();
        await this.gateway.start(at, only);
    }

    /** The moments at which it died, or found the disk full. What was written as two things at once
     * is two moments. */
    async moments() {
        for (const gateway of this.gateways) await gateway.isBack();
        const lines = (await readFile(this.killFile, "utf8").catch(() => "")).trim().split("\n");
        return lines
            .filter((line) => line.includes(" "))
            .map((line) => line.split(" ").slice(1))
            .flatMap((words) => {
                const what = words.pop().split("+");
                return what.map((word) => [...words, word].join(" "));
            });
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

    item(number) {
        return this.items.find((item) => item.number === number);
    }

    place(lines, tip = {}) {
        const order = { channel: "web", mode: "take-away", pay_first: true, lines, ...tip };
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

    /** What the gateway asked that the provider does not know, or that lacks something. */
    #misread() {
        const asked = this.standIn.api.log.filter(({ misread }) => misread !== null);
        return asked.map(({ method, path, misread }) => `${method} ${path}: ${misread}`);
    }

    async close() {
        const [misread] = this.#misread();
        try {
            await this.gateway.stop();
        } finally {
            await this.standIn.close();
        }
        if (misread) throw new Trouble(`the provider cannot read it: ${misread}`);
    }

    /** Nobody needs to look into it. */
    async remove() {
        await rm(this.folder, { recursive: true, force: true });
    }
}
