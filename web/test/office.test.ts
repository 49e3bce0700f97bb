import { describe, expect, it } from "vitest";
import { dateText } from "../src/base/date";
import type { Reconciliation, Report } from "../src/base/protocol";
import type { Wire } from "../src/base/socket";
import { csvOf } from "../src/office/export";
import { type Ask, Refusal } from "../src/office/node";
import { daysOf, type Office, startOffice } from "../src/office/office";
import { heldText, remakingText } from "../src/office/takings";
import { currentNotices } from "../src/ui/connection";
import { HandClock } from "./world";

const day = 86_400_000;
const owner = {
    epoch: 0,
    capabilities: ["read-boards", "read-reports"],
    day: 3,
    currency: "EUR",
    digits: 2,
};
const counter = { ...owner, capabilities: ["read-boards"] };

interface Asked {
    what: string;
    token: string | null;
    body: object | undefined;
    key: string | undefined;
}

/** An office beside a node that answers as told; what was asked stands in `asked`. */
function officeBeside(answers: Record<string, unknown[]>) {
    const clock = new HandClock();
    const asked: Asked[] = [];
    const opened: { path: string; ticket: string | null; wire: Wire }[] = [];
    const ask: Ask = async (method, path, { token, body, key }) => {
        const what = `${method} ${path}`;
        asked.push({ what, token, body, key });
        const list = answers[what] ?? [];
        const answer = list.length > 1 ? list.shift() : list[0];
        if (answer instanceof Error || answer === undefined) {
            throw answer ?? new Error(`nobody said what ${what} answers`);
        }
        return answer;
    };
    const open = (path: string, ticket: string | null): Wire => {
        const wire: Wire = {
            onopen: null,
            onmessage: null,
            onclose: null,
            send: () => {},
            close: () => {},
        };
        opened.push({ path, ticket, wire });
        return wire;
    };
    return {
        clock,
        asked,
        opened,
        office: startOffice({ clock, ask, open, fill: (bytes) => bytes.fill(7) }),
    };
}

const settled = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) {
        await Promise.resolve();
    }
};

describe("who looks", () => {
    it("is this device's own screen where that may, with totals over its socket", async () => {
        const { office, opened } = officeBeside({ "GET /api/session": [owner] });
        await settled();
        expect(office.mayLook()).toBe(true);
        expect(opened).toMatchObject([{ path: "/ws?view=office", ticket: null }]);
        opened[0]?.wire.onmessage?.({ data: '{"type":"totals","report":{"day":3},"now":1}' });
        expect(office.stream.state.value.isCurrent).toBe(true);
        expect(office.report.value).toMatchObject({ day: 3 });
    });

    it("is a person else, with a token that goes with each request and a ticket", async () => {
        const { office, asked, opened } = officeBeside({
            "GET /api/session": [counter, owner],
            "POST /api/session": [new Refusal(401, null), { token: "T" }],
            "POST /api/session/ticket": [{ ticket: "K" }],
        });
        await settled();
        expect(office.mayLook()).toBe(false);
        expect(opened).toEqual([]);
        expect(await office.signIn(7, "1111")).toContain("do not go together");
        expect(await office.signIn(7, "2580")).toBeNull();
        expect(office.mayLook()).toBe(true);
        expect(opened).toMatchObject([{ ticket: "K" }]);
        expect(asked.at(-1)).toMatchObject({ what: "POST /api/session/ticket", token: "T" });
    });

    it("is asked again when the token is over, and sees nothing meanwhile", async () => {
        const { office, opened, clock } = officeBeside({
            "GET /api/session": [counter, owner, new Refusal(401, null), counter],
            "POST /api/session": [{ token: "T" }],
            "POST /api/session/ticket": [{ ticket: "K" }],
        });
        await settled();
        await office.signIn(7, "2580");
        opened[0]?.wire.onmessage?.({ data: '{"type":"totals","report":{"day":3},"now":1}' });
        opened[0]?.wire.onclose?.();
        clock.pass(1_000);
        await settled();
        expect(office.token.value).toBeNull();
        expect(office.report.value).toBeNull();
        expect(office.mayLook()).toBe(false);
    });
});

describe("a reconciliation", () => {
    const asking: Reconciliation = { state: "asked" };
    const done: Reconciliation = { state: "done", matches: true, found: 0 };
    const path = "GET /api/reconciliation";

    it("is looked at until it is done, as far back as the day's orders say", async () => {
        const { office, asked, clock } = officeBeside({
            "GET /api/session": [owner],
            "GET /api/orders?day=2": [{ orders: [{ opened_at: -30 * day }] }],
            "GET /api/orders?day=2&settled=1": [{ orders: [] }],
            "POST /api/reconciliation": [asking],
            [path]: [{ state: "reading", reading: "orders" }, done],
        });
        await settled();
        await office.compare({ day: 2 }, true);
        const wish = asked.find(({ what }) => what === "POST /api/reconciliation");
        expect(wish?.body).toMatchObject({ day: 2, shared: true });
        expect(office.isBusy.value).toBe(true);
        clock.pass(700);
        await settled();
        expect(office.look.value?.state).toBe("reading");
        clock.pass(700);
        await settled();
        expect(office.look.value).toEqual(done);
        expect(office.isBusy.value).toBe(false);
        const before = asked.length;
        clock.pass(10_000);
        await settled();
        expect(asked.slice(before).some(({ what }) => what === path)).toBe(false);
    });

    it("shows the answer to its own question, and no other's", async () => {
        const mine = { days: 8, shared: false };
        const others = [
            { ...mine, shared: true },
            { ...mine, day: 2 },
            { ...mine, days: 31 },
        ];
        for (const other of others) {
            const { office, clock } = officeBeside({
                "GET /api/session": [owner],
                "POST /api/reconciliation": [asking],
                [path]: [
                    { state: "reading", reading: "orders", ...mine },
                    { ...done, ...other },
                ],
            });
            await settled();
            await office.compare({ days: 8 }, false);
            clock.pass(700);
            await settled();
            expect(office.look.value?.state).toBe("reading");
            clock.pass(700);
            await settled();
            expect(office.look.value).toBeNull();
            expect(office.problem.value).toContain("Somebody else");
            expect(office.isBusy.value).toBe(false);
        }
        const { office } = officeBeside({
            "GET /api/session": [owner],
            "POST /api/reconciliation": [{ ...done, ...mine }],
        });
        await settled();
        await office.compare({ days: 8 }, false);
        expect(office.look.value).toMatchObject(done);
    });

    it("that cannot be had says why, in the node's words or ours", async () => {
        const detail = "gateway G is not linked to this device";
        const problem = { type: "", title: "", status: 409, code: "unavailable", detail } as const;
        const { office } = officeBeside({
            "GET /api/session": [owner],
            "POST /api/reconciliation": [new Refusal(409, problem), new TypeError("fetch failed")],
        });
        await settled();
        await office.compare({ days: 8 }, false);
        expect(office.problem.value).toBe(detail);
        await office.compare({ days: 8 }, false);
        expect(office.problem.value).toContain("node does not answer");
        expect(office.isBusy.value).toBe(false);
    });

    it("reads back to the oldest order, for as long as a bank holds money at least", () => {
        expect(daysOf([], 100 * day)).toBe(8);
        expect(daysOf([99 * day], 100 * day)).toBe(8);
        expect(daysOf([60 * day], 100 * day)).toBe(42);
        expect(daysOf([0], 1_000 * day)).toBe(180);
    });

    it("is a table without formulas when it is saved", () => {
        const one = {
            kind: "refund_by_hand",
            said: '=HYPERLINK("x"), said',
            next: "find out",
            number: "A1",
            payment: "pi_1",
            object: "re_1",
            provider: 1090,
            ledger: -5,
        };
        const lines = csvOf({ ...done, digits: 2, differences: [one] }).split("\r\n");
        expect(lines[1]).toBe(
            'refund_by_hand,A1,"\'=HYPERLINK(""x""), said",find out,re_1,pi_1,10.90,-0.05',
        );
    });
});

describe("a write", () => {
    const path = "PATCH /api/menu/7";

    it("is sent again under its key until it is answered", async () => {
        const { office, asked, clock } = officeBeside({
            "GET /api/session": [owner],
            [path]: [new TypeError("cut"), new Refusal(503, null), { number: 7 }],
        });
        await settled();
        let isDone = false;
        void office.write("PATCH", "/api/menu/7", { price: 5 }).then(() => {
            isDone = true;
        });
        for (let i = 0; i < 2; i++) {
            await settled();
            expect(isDone).toBe(false);
            clock.pass(1_000);
        }
        await settled();
        expect(isDone).toBe(true);
        const sent = asked.filter(({ what }) => what === path);
        expect(sent).toHaveLength(3);
        expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
        expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    });

    it("that the node refuses is told why, and not sent again", async () => {
        const { office, asked } = officeBeside({
            "GET /api/session": [owner],
            [path]: [new Refusal(409, { detail: "it was changed" } as never)],
        });
        await settled();
        await expect(office.write("PATCH", "/api/menu/7", {})).rejects.toThrow("it was changed");
        expect(asked.filter(({ what }) => what === path)).toHaveLength(1);
    });
});

describe("the connection", () => {
    const said = (office: Office): string[] =>
        currentNotices({ stream: office.stream }).map(({ text }) => text);

    it("is live when the node is heard and tells of nobody that is not", async () => {
        const { office, opened, clock } = officeBeside({ "GET /api/session": [owner] });
        await settled();
        const tell = (frame: object): void =>
            void opened[0]?.wire.onmessage?.({ data: JSON.stringify(frame) });
        expect(said(office)).toEqual(["Connecting"]);
        const now = clock.now();
        tell({ type: "hello", session: owner, now, resumed: false });
        expect(said(office)).toEqual(["Catching up"]);
        tell({ type: "totals", report: { day: 3 }, now });
        const kitchen = { device: "1", name: "kitchen", role: "kitchen", state: "linked" };
        const heard = { ...kitchen, heard_ms_ago: 10, behind: 0, ahead: 0, clock_offset_ms: 0 };
        tell({ type: "marks", logs: [], peers: [heard], now });
        expect(said(office)).toEqual(["Live"]);
        tell({ type: "marks", logs: [], peers: [{ ...heard, state: "lost" }], now });
        expect(said(office)).toEqual(["Kitchen not heard"]);
    });

    it("says that the node is silent before the socket ends, and begins anew", async () => {
        const { office, opened, clock } = officeBeside({
            "GET /api/session": [owner],
            "POST /api/session": [{ token: "T" }],
            "POST /api/session/ticket": [{ ticket: "K" }],
        });
        await settled();
        opened[0]?.wire.onmessage?.({ data: '{"type":"totals","report":{"day":3},"now":1}' });
        clock.pass(3_000);
        expect(said(office)).toEqual(["No node"]);
        await office.signIn(7, "2580");
        expect(said(office)).toEqual(["Connecting"]);
    });
});

describe("figures that are being worked over", () => {
    it("are told as such, and as right otherwise", () => {
        expect(remakingText({ remaking: true } as Report)).toContain("wait some seconds");
        expect(remakingText({} as Report)).toBe("");
    });
});

describe("what banks hold", () => {
    it("says when the first of it ends, that it did, and nothing where nobody heard it", () => {
        const report = (held_until?: number): Report => ({ held: 5, held_until }) as Report;
        expect(heldText(report(2 * day), day)).toBe(`the first until ${dateText(2 * day)}`);
        expect(heldText(report(day), day)).toContain(`the first ended on ${dateText(day)}`);
        expect(heldText(report(), day)).toBe("");
    });
});
