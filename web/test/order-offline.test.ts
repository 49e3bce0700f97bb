import { beforeEach, describe, expect, it } from "vitest";
import { type Asked, type Build, makeOffline, type World } from "../src/order/offline";

const origin = "https://order.example";
const build: Build = { version: "1", files: ["/assets/order.later-1.js"], mark: "order.later-1" };
const documentOf = (version: string): string =>
    `<html lang="en"><body>order.later-${version}</body></html>`;
const visit: Asked = { method: "GET", url: `${origin}/order?a=1`, mode: "navigate" };

/** What the network answers by path; null: there is none. */
let network: Map<string, () => Response> | null;
let stored: Map<string, Map<string, Response>>;
/** Ends the patience with a network that says nothing. */
let isSilent = false;

const pathOf = (request: string | Request): string =>
    new URL(typeof request === "string" ? request : request.url, origin).pathname;

function cacheOf(name: string) {
    const cache = stored.get(name) ?? new Map<string, Response>();
    stored.set(name, cache);
    return {
        put: async (path: string, response: Response) => void cache.set(pathOf(path), response),
        match: async (path: string | Request) => cache.get(pathOf(path))?.clone(),
    };
}

const world: World = {
    caches: {
        open: async (name) => cacheOf(name) as unknown as Cache,
        keys: async () => [...stored.keys()],
        delete: async (name) => stored.delete(name),
    },
    async fetch(path) {
        if (isSilent) {
            return new Promise(() => undefined);
        }
        const answer = network?.get(pathOf(path));
        if (!answer) {
            throw new Error("away");
        }
        return answer();
    },
    now: () => 1_800_000_000_000,
    after: (ms) => (isSilent ? Promise.resolve() : new Promise((done) => setTimeout(done, ms))),
};

function serve(version: string): void {
    network = new Map([
        ["/order", () => new Response(documentOf(version), { headers: { "X-A": "a" } })],
        ["/assets/order.later-1.js", () => new Response("later")],
    ]);
}

/** What a page gets that asks so; null: the worker leaves it alone. */
async function get(asked: Asked, worker = makeOffline(build, world)) {
    const answer = worker.answer(asked, origin);
    const kept: Promise<unknown>[] = [];
    const response = await answer?.(new Request(asked.url), (done) => kept.push(done));
    if (!isSilent) {
        await Promise.all(kept);
    }
    return response ? { status: response.status, text: await response.text() } : null;
}

beforeEach(() => {
    stored = new Map();
    isSilent = false;
    serve("1");
});

describe("the customers' page without a network", () => {
    it("opens as it was, and knows since when", async () => {
        await makeOffline(build, world).install();
        network = null;
        const shown = await get(visit);
        expect(shown?.text).toContain('<html data-kept="1800000000000" lang="en">');
        const file = { method: "GET", url: `${origin}/assets/order.later-1.js`, mode: "cors" };
        expect(await get(file)).toMatchObject({ text: "later" });
    });

    it("opens, too, while the network says nothing, or the node is in trouble", async () => {
        await makeOffline(build, world).install();
        network?.set("/order", () => new Response("", { status: 502 }));
        expect((await get(visit))?.text).toContain("data-kept");
        isSilent = true;
        expect((await get(visit))?.text).toContain("data-kept");
    });

    it("is the node's where that answers, and is kept as it is then", async () => {
        await makeOffline(build, world).install();
        network?.set("/order", () => new Response(`${documentOf("1")}newer`));
        expect((await get(visit))?.text).not.toContain("data-kept");
        network = null;
        expect((await get(visit))?.text).toContain("newer");
    });

    it("does not open where it never did", async () => {
        network = null;
        await expect(get(visit)).rejects.toThrow("away");
    });
});

describe("what is kept", () => {
    it("is of one build: another's document is shown, and not kept", async () => {
        await makeOffline(build, world).install();
        serve("2");
        expect((await get(visit))?.text).toContain("order.later-2");
        network = null;
        expect((await get(visit))?.text).toContain("order.later-1");
    });

    it("is all of it, or nothing takes the place of what was", async () => {
        network?.delete("/assets/order.later-1.js");
        await expect(makeOffline(build, world).install()).rejects.toThrow();
        serve("1");
        network?.set("/assets/order.later-1.js", () => new Response("", { status: 404 }));
        await expect(makeOffline(build, world).install()).rejects.toThrow();
        serve("2");
        await expect(makeOffline(build, world).install()).rejects.toThrow("another build");
    });

    it("goes with its version, and nobody else's goes", async () => {
        stored.set("trestle.order.0", new Map());
        stored.set("another's", new Map());
        const worker = makeOffline(build, world);
        await worker.install();
        await worker.clean();
        expect([...stored.keys()]).toEqual(["another's", "trestle.order.1"]);
    });

    it("is no answer of the API, nothing that was sent, and nothing of others", () => {
        const { answer } = makeOffline(build, world);
        const left: Asked[] = [
            { method: "GET", url: `${origin}/api/orders/1/status`, mode: "cors" },
            { method: "GET", url: `${origin}/api/order-page`, mode: "cors" },
            { method: "GET", url: `${origin}/api/session`, mode: "navigate" },
            { method: "GET", url: `${origin}/counter`, mode: "navigate" },
            { method: "POST", url: `${origin}/order`, mode: "navigate" },
            { method: "GET", url: "https://js.stripe.com/order", mode: "navigate" },
            { method: "GET", url: `${origin}/assets/counter-1.js`, mode: "cors" },
        ];
        expect(left.map((asked) => answer(asked, origin))).toEqual(left.map(() => null));
    });
});
