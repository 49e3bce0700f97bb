import { describe, expect, it } from "vitest";
import type { DeviceList, Peer, Status, Trade } from "../src/base/protocol";
import {
    average,
    change,
    csvOf,
    hoursOf,
    hourText,
    type Place,
    peaksOf,
    periodBefore,
    shadeOf,
    waitText,
} from "../src/office/figures";
import { deviceRows, diskOf, printerOf, runningText, summaryOf } from "../src/office/health";
import { partOf } from "../src/office/parts";
import { fakeMenu } from "./fake-menu.mjs";
import { fakeTrade } from "./fake-trade.mjs";

const hour = 3_600_000;
const utc: Place = (at) => ({
    date: new Date(at).toISOString().slice(0, 10),
    hour: new Date(at).getUTCHours(),
});

describe("the period before", () => {
    it("is as long, and there is none where there were fewer days", () => {
        expect(periodBefore({ day: 3, days: 1 })).toEqual({ day: 2, days: 1 });
        expect(periodBefore({ day: 4, days: 2 })).toEqual({ day: 2, days: 2 });
        expect(periodBefore({ day: 3, days: 2 })).toBeNull();
        expect(periodBefore({ day: 1, days: 1 })).toBeNull();
    });

    it("is compared in percent, and with nothing there is no comparison", () => {
        expect(change(150, 100)).toBe(50);
        expect(change(75, 100)).toBe(-25);
        expect(change(10, 0)).toBeNull();
    });

    it("has an average that is rounded half up, and none of no orders", () => {
        expect(average(1001, 2)).toBe(501);
        expect(average(1000, 3)).toBe(333);
        expect(average(0, 0)).toBe(0);
    });
});

describe("peak hours", () => {
    const slots = [
        { at: Date.UTC(2026, 4, 1, 23, 45), orders: 2, owed: 30 },
        { at: Date.UTC(2026, 4, 2, 0, 0), orders: 1, owed: 10 },
        { at: Date.UTC(2026, 4, 2, 20, 0), orders: 3, owed: 50 },
        { at: Date.UTC(2026, 4, 2, 20, 45), orders: 4, owed: 70 },
    ];

    it("add up quarters of an hour by date and hour, and lose nothing", () => {
        const { rows, hours, sums, most } = hoursOf(slots, utc);
        expect(rows.map(({ date }) => date)).toEqual(["2026-05-01", "2026-05-02"]);
        expect(hours).toHaveLength(24); // from 0 to 23, with those between
        expect(rows[1]?.cells[20]).toEqual({ hour: 20, orders: 7, owed: 120 });
        expect(sums.reduce((all, { owed }) => all + owed, 0)).toBe(160);
        expect(most).toBe(7);
    });

    it("lie where the clock of the place says, also half an hour beside the full one", () => {
        const kathmandu: Place = (at) => utc(at + 5.75 * hour);
        const { rows } = hoursOf(slots, kathmandu);
        expect(rows.map(({ date }) => date)).toEqual(["2026-05-02", "2026-05-03"]);
        expect(rows[0]?.cells.find(({ orders }) => orders === 3)?.hour).toBe(5);
    });

    it("name the fullest hour, of equal ones the earlier", () => {
        expect(peaksOf(hoursOf(slots, utc), 1)).toMatchObject([{ hour: 20 }]);
        const equal = slots.slice(0, 2).map((slot) => ({ ...slot, orders: 1 }));
        expect(peaksOf(hoursOf(equal, utc), 1)).toMatchObject([{ hour: 0 }]);
        expect(peaksOf(hoursOf([], utc), 1)).toEqual([]);
        expect(hourText(7)).toMatch(/^0?7:00/);
    });

    it("are shaded by how many, and an hour with one order is not as one with none", () => {
        expect([0, 1, 25, 26, 100].map((orders) => shadeOf(orders, 100))).toEqual([0, 1, 1, 2, 4]);
    });
});

describe("the table for spreadsheets", () => {
    it("has each amount that the node told, and no formula", () => {
        const trade: Trade = fakeTrade(fakeMenu(), 3, 2);
        const [first] = trade.items;
        if (first) {
            first.name = "=1+1";
        }
        const rows = csvOf(trade, 2).trim().split("\r\n");
        expect(rows[0]).toBe("what,name,orders,units,amount");
        const amounts = (what: string) =>
            rows
                .filter((row) => row.startsWith(`${what},`))
                .reduce((sum, row) => sum + Math.round(Number(row.split(",").at(-1)) * 100), 0);
        for (const what of ["day", "quarter of an hour", "channels", "modes", "lanes", "item"]) {
            expect(amounts(what)).toBe(trade.report.owed);
        }
        expect(rows.some((row) => row.startsWith("item,'=1+1,"))).toBe(true);
        expect(amounts("voided by staff")).toBe(trade.voided.amount);
        expect(amounts("cancelled by staff")).toBe(trade.cancelled_owed);
        expect(amounts("discounts by staff")).toBe(trade.report.discount);
        expect(amounts("given back by staff")).toBe(trade.report.refunded);
    });
});

describe("a wait", () => {
    it("is told in minutes and seconds", () => {
        expect([0, 59, 60, 245].map(waitText)).toEqual(["0 s", "59 s", "1:00 min", "4:05 min"]);
    });
});

describe("the parts of the office", () => {
    it("are what the fragment says, else the first", () => {
        expect(["#figures", "#mesh", "#nothing", ""].map(partOf)).toEqual([
            "figures",
            "mesh",
            "today",
            "today",
        ]);
    });
});

// --- the devices ---

const well: Peer = {
    device: "b".repeat(16),
    name: "grill",
    role: "kitchen",
    linked: true,
    heard_ms_ago: 300,
    behind: 0,
    ahead: 0,
    clock_offset_ms: 120,
    state: "linked",
};
const device = {
    id: well.device,
    name: "grill",
    role: "kitchen",
    lane: "K",
    own: false,
    revoked: false,
    retired: false,
} as const satisfies DeviceList["devices"][number];
const status = {
    printers: [],
    orders_stuck: 0,
    store_bytes: 1,
    store_bytes_max: 100,
} as unknown as Status;

function row(peer: Partial<Peer>, more: object = {}) {
    const [one] = deviceRows([{ ...device, ...more }], [{ ...well, ...peer }]);
    if (!one) {
        throw new Error("no row");
    }
    return one;
}

describe("a device", () => {
    it("that is heard, has all and a right clock is well", () => {
        const one = row({});
        expect([one.heard, one.sync, one.clock].map(({ text }) => text)).toEqual([
            "Heard now",
            "All of it",
            "Same",
        ]);
        expect(summaryOf([one, one], status).grade).toBe("good");
    });

    it("that was lost is told with how long ago, and looked at first", () => {
        const one = row({ state: "lost", linked: false, heard_ms_ago: 47_000, behind: 3 });
        expect(one.heard).toEqual({ grade: "warn", text: "Last heard 47 s ago" });
        expect(one.sync).toEqual({ grade: "warn", text: "lacks 3 of ours" });
        expect(one.clock.text).toBe("Not known");
        expect(summaryOf([one], status)).toEqual({ grade: "warn", text: "Look at grill" });
    });

    it("that has what is not here, or a wrong clock, is told so", () => {
        expect(row({ ahead: 2, behind: 1 }).sync.text).toBe(
            "lacks 1 of ours, has 2 that are not here",
        );
        expect(row({ clock_offset_ms: -185_000 }).clock).toEqual({
            grade: "bad",
            text: "3 min behind",
        });
    });

    it("that tells of its disk and printers is shown with them, and looked at", () => {
        const told = {
            device: device.id,
            store_bytes: 90,
            store_bytes_max: 100,
            printers: [{ number: 2, ready: false, waiting: 1, state: "it is out of paper" }],
            peers: [],
            others: 0,
        };
        const rows = deviceRows([device], [well], [told]);
        expect(rows[0]?.disk?.grade).toBe("bad");
        expect(summaryOf(rows, status).text).toBe("Look at grill; 1 printer does not print");
        expect(deviceRows([{ ...device, own: true }], [], [told])[0]?.printers).toEqual([]);
    });

    it("that is out of the pop-up is no trouble", () => {
        const one = row({ state: "lost", linked: false }, { revoked: true });
        expect(one.heard.text).toContain("Revoked");
        expect(summaryOf([one], status).grade).toBe("good");
    });

    it("that was refused or never came is told apart", () => {
        expect(row({ state: "refused", linked: false }).heard.text).toContain("pair it again");
        expect(row({ state: "connecting", linked: false, heard_ms_ago: -1 }).heard.text).toBe(
            "Not heard yet",
        );
    });
});

describe("this device", () => {
    it("says for how long it runs in what one can picture", () => {
        expect([59, 9_300, 200_000].map(runningText)).toEqual(["0 min", "2 h 35 min", "2 days"]);
    });

    it("warns of a disk before it is full, and of a printer that waits", () => {
        expect(diskOf({ ...status, store_bytes: 70 }).grade).toBe("good");
        expect(diskOf({ ...status, store_bytes: 71 }).grade).toBe("bad");
        const printer = { number: 1, ready: false, waiting: 2, state: "it is out of paper" };
        expect(printerOf(printer).text).toBe("it is out of paper, 2 slips wait");
        expect(summaryOf([], { ...status, printers: [printer] }).text).toBe(
            "1 printer does not print",
        );
    });
});
