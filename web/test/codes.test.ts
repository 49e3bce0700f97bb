import { describe, expect, it } from "vitest";
import { addressText, startCodes, tablesOf, tableUrl } from "../src/codes/codes";
import { makeNode, Refusal } from "../src/codes/node";
import { HandClock, session } from "./world";

interface Asked {
    method: string;
    path: string;
    key: string;
    body: unknown;
}

interface Said {
    status?: number;
    body: unknown;
}

/** A node of which tables 1 and 3 have codes. */
function stall(answers: Record<string, Said | (() => Said)> = {}) {
    const asked: Asked[] = [];
    const all: Record<string, Said | (() => Said)> = {
        "GET /api/session": {
            body: { ...session, address: "https://o.example", capabilities: ["popup", "order"] },
        },
        "GET /api/tables": {
            body: { tables: [{ number: 1, open: true }], door: "http://192.168.1.5:8081" },
        },
        "POST /api/qr": { body: { modules: 21, path: "M0 0.5h7" } },
        ...answers,
    };
    const clock = new HandClock();
    const fetch = async (path: string, init: RequestInit): Promise<Response> => {
        const method = init.method ?? "GET";
        const headers = (init.headers ?? {}) as Record<string, string>;
        const body: unknown = init.body ? JSON.parse(String(init.body)) : null;
        asked.push({ method, path, key: headers["Idempotency-Key"] ?? "", body });
        const table = /^\/api\/tables\/(\d+)\/code$/.exec(path)?.[1];
        const given = table
            ? { body: { table: Number(table), code: `C${table}` } }
            : (all[`${method} ${path}`] ?? { body: {} });
        const { status = 200, body: said } = typeof given === "function" ? given() : given;
        return new Response(JSON.stringify(said), { status, headers: { "Retry-After": "2" } });
    };
    const node = makeNode({ fetch, clock, fill: (bytes) => bytes.fill(7) });
    return { asked, clock, node };
}

/** What is waited for has come. */
const settled = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) {
        await Promise.resolve();
    }
    await new Promise((done) => setTimeout(done, 0));
};

describe("codes", () => {
    it("lead to a table by its code, and are read without what a browser adds", () => {
        expect(tableUrl("https://o.example", "abc")).toBe("https://o.example/order#table=abc");
        expect(addressText("https://o.example/order#table=abc")).toBe("o.example/order");
        expect(addressText("http://192.168.1.5:8081/order")).toBe("http://192.168.1.5:8081/order");
    });

    it("are made for tables that there can be, forty at once", () => {
        expect(tablesOf(1, 4)).toEqual([1, 2, 3, 4]);
        expect(tablesOf(60, 99)).toHaveLength(40);
        for (const [first, last] of [
            [0, 3],
            [4, 3],
            [1, 41],
            [1.5, 3],
            [Number.NaN, 2],
            [99_999, 100_000],
        ] as const) {
            expect(tablesOf(first, last)).toBeNull();
        }
    });

    it("draws the poster for both addresses", async () => {
        const { node } = stall();
        const codes = startCodes(node);
        await settled();
        expect(codes.poster.value.far?.url).toBe("https://o.example/order");
        expect(codes.poster.value.near?.url).toBe("http://192.168.1.5:8081/order");
        expect(codes.can("popup")).toBe(true);
    });

    it("makes a card for each table, with the same code for both addresses", async () => {
        const { node, asked } = stall();
        const codes = startCodes(node);
        await settled();
        await codes.makeCards(2, 3);
        expect(codes.cards.value.map(({ table }) => table)).toEqual([2, 3]);
        expect(codes.cards.value[1]?.far?.url).toBe("https://o.example/order#table=C3");
        expect(codes.cards.value[1]?.near?.url).toBe("http://192.168.1.5:8081/order#table=C3");
        expect(asked.filter(({ path }) => path.endsWith("/code"))).toHaveLength(2);
        expect(codes.making.value).toBeNull();
        expect(codes.isBad.value).toBe(false);
    });

    it("makes none where the wish makes no sense, and says why", async () => {
        const { node } = stall();
        const codes = startCodes(node);
        await settled();
        await codes.makeCards(5, 1);
        expect(codes.isBad.value).toBe(true);
        expect(codes.cards.value).toEqual([]);
    });

    it("takes a revoked table's card away, as it would open nothing", async () => {
        const { node, asked } = stall();
        const codes = startCodes(node);
        await settled();
        await codes.makeCards(1, 2);
        await codes.revoke(1);
        expect(codes.cards.value.map(({ table }) => table)).toEqual([2]);
        expect(asked.some(({ path }) => path === "/api/tables/1/revoke")).toBe(true);
        expect(codes.said.value).toContain("table 1");
    });

    it("says what the node says of an address that is none", async () => {
        const { node } = stall({
            "PATCH /api/popup": {
                status: 400,
                body: { title: "It makes no sense.", detail: "/address: https://HOST" },
            },
        });
        const codes = startCodes(node);
        await settled();
        expect(await codes.setAddress("x")).toBe(false);
        expect(codes.said.value).toBe("It makes no sense. /address: https://HOST");
        expect(codes.isBad.value).toBe(true);
    });

    it("says that the node is gone until it is back; half an answer ends nothing", async () => {
        let isBroken = false;
        const whole = { tables: [{ number: 7, open: true }] };
        const { node, clock } = stall({
            "GET /api/tables": () => ({ body: isBroken ? null : whole }),
        });
        const codes = startCodes(node);
        await settled();
        isBroken = true;
        clock.pass(5_000);
        await settled();
        expect(codes.said.value).toMatch(/^This device's node does not answer/);
        expect(codes.isBad.value).toBe(true);
        isBroken = false;
        clock.pass(5_000);
        await settled();
        expect(codes.said.value).toBe("");
        expect(codes.tables.value).toEqual([{ number: 7, open: true }]);
    });

    it("asks again with the same key when the node is busy, and not for ever", async () => {
        let left = 1;
        const { node, asked, clock } = stall({
            "POST /api/tables/1/clear": () =>
                left-- > 0 ? { status: 429, body: {} } : { body: {} },
            "POST /api/tables/2/clear": { status: 503, body: { title: "Busy." } },
        });
        const cleared = node.send("POST", "/api/tables/1/clear", {});
        await settled();
        clock.pass(2_000);
        await cleared;
        const keys = asked.filter(({ path }) => path.endsWith("1/clear")).map(({ key }) => key);
        expect(keys).toHaveLength(2);
        expect(new Set(keys).size).toBe(1);
        const refused = node.send("POST", "/api/tables/2/clear", {}).catch((error) => error);
        for (let i = 0; i < 5; i++) {
            await settled();
            clock.pass(2_000);
        }
        expect(await refused).toBeInstanceOf(Refusal);
    });
});
