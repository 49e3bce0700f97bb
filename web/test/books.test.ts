import { expect, test } from "vitest";
import type { Order } from "../src/base/protocol";
import { csvOfBook, type Source } from "../src/office/books";

const listMost = 500; // as the node has it

function orderOf(at: number, settled: boolean): Order {
    const id = at.toString(16).padStart(24, "0");
    return {
        ...{ id, day: 2, number: `A${at}`, phase: settled ? "completed" : "placed" },
        ...{ channel: "counter", mode: "eat-in", name: "=Ana", opened_at: at * 1000 },
        ...{ accepted_at: 0, ready_at: 0, handed_at: 0, flags: [], reason: "", owed: 1250 },
        ...{ tax: 82, paid: 1250, refunded: 0, due: 0, payments: [] },
        lines: [
            {
                ...{ id: 0, item: 4, name: "Soup, red", station: "hot", stall: 1, note: "" },
                ...{ options: [{ name: "large", price: 250 }], quantity: 1, handed: 0 },
                ...{ unit_price: 1000, discount: 0, total: 1250 },
                ...{ state: "active", progress: "done" },
            },
        ],
    } as unknown as Order;
}

/** A node with orders of day 2, in lists as long as a node's. */
function nodeWith(open: Order[], settled: Order[], asked: string[] = []): Source {
    return {
        digits: 2,
        period: { day: 2, days: 2 },
        tell: () => undefined,
        async read<T>(path: string): Promise<T> {
            asked.push(path);
            const url = new URL(path, "http://node");
            const [, , , before = "", older] = url.pathname.split("/");
            const isOlder = older === "older";
            const all = url.searchParams.get("settled") === "1" ? settled : open;
            const orders = all
                .filter(({ day }) => String(day) === url.searchParams.get("day"))
                .filter(({ id }) => !isOlder || id < before)
                .sort((a, b) => (a.id < b.id ? 1 : -1))
                .slice(0, listMost);
            return { orders } as T;
        },
    };
}

const many = (count: number, from: number, settled: boolean): Order[] =>
    Array.from({ length: count }, (_, at) => orderOf(from + at, settled));

test("a day of more orders than a list holds is read to its end, each order once", async () => {
    const settled = many(1203, 1, true);
    const moved = { ...settled[0], phase: "placed" } as Order; // settled between the two lists
    const text = await csvOfBook("orders", nodeWith([...many(7, 5000, false), moved], settled));
    const rows = text.trimEnd().split("\r\n").slice(1);
    expect(rows.length).toBe(1210);
    expect(new Set(rows.map((row) => row.split(",")[2])).size).toBe(1210);
    expect(rows[0]).toContain(",A1,completed,");
});

test("each day of the period is read, and it is told how far it came", async () => {
    const asked: string[] = [];
    const told: number[] = [];
    const source = nodeWith([], many(3, 1, true), asked);
    await csvOfBook("payments", { ...source, tell: (orders) => told.push(orders) });
    expect(asked.filter((path) => path.includes("day=1")).length).toBe(2);
    expect(told.at(-1)).toBe(3);
});

test("amounts are in units, times in UTC, and no name becomes a formula", async () => {
    const source = nodeWith([orderOf(7, false)], []);
    const orders = await csvOfBook("orders", source);
    expect(orders).toContain(",'=Ana,1970-01-01T00:00:07.000Z,,,,12.50,0.82,0.00,12.50,");
    const lines = await csvOfBook("lines", source);
    expect(lines).toContain(',"Soup, red",large,1,0,10.00,0.00,12.50,active,done,hot,1,');
});

test("what the card provider took and gave back stands among the payments", async () => {
    const order = orderOf(7, true);
    const provider = { payments: [{ id: "pi_1", received: 1250, refunded: 250 }] };
    const text = await csvOfBook("payments", nodeWith([], [{ ...order, provider } as Order]));
    expect(text.split("\r\n").slice(1)).toEqual([
        `${order.id},2,A7,,payment,card-online,12.50,0.00,pi_1`,
        `${order.id},2,A7,,refund,card-online,2.50,0.00,pi_1`,
        "",
    ]);
});

test("a list that cannot be read ends it with the reason, and not with half a table", async () => {
    const source: Source = {
        ...nodeWith([], []),
        read: () => Promise.reject(new Error("The node is busy.")),
    };
    await expect(csvOfBook("orders", source)).rejects.toThrow("The node is busy.");
});
