// A clock that is moved by hand, a socket that is played by hand, and orders to show.
import type { Clock } from "../src/base/clock";
import type { Frame, Line, MenuItem, Order, Peer, Session } from "../src/base/protocol";
import type { Wire } from "../src/base/socket";

export class HandClock implements Clock {
    private time = 1_800_000_000_000;
    private timers: { at: number; then: () => void }[] = [];

    now(): number {
        return this.time;
    }

    after(ms: number, then: () => void): () => void {
        const timer = { at: this.time + ms, then };
        this.timers.push(timer);
        return () => {
            this.timers = this.timers.filter((other) => other !== timer);
        };
    }

    /** Everything that falls due meanwhile happens, in order. */
    pass(ms: number): void {
        const end = this.time + ms;
        for (let next = this.due(end); next; next = this.due(end)) {
            const { at, then } = next;
            this.timers = this.timers.filter((other) => other !== next);
            this.time = at;
            then();
        }
        this.time = end;
    }

    private due(end: number) {
        return this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    }
}

export class HandWire implements Wire {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: (() => void) | null = null;
    readonly sent: unknown[] = [];
    isClosed = false;

    constructor(readonly path: string) {}

    send(text: string): void {
        this.sent.push(JSON.parse(text));
    }

    close(): void {
        this.isClosed = true;
    }

    hear(frame: Frame): void {
        this.onmessage?.({ data: JSON.stringify(frame) });
    }
}

export const session: Session = {
    popup: "Test",
    epoch: 1_700_000_000_000,
    currency: "EUR",
    digits: 2,
    prices_include_tax: true,
    cash_step: 1,
    pay_first: false,
    copies: 2,
    late_after_s: 300,
    escalate_after_s: 20,
    address: "",
    tips: "",
    conflict: false,
    day: 1,
    device: "0000000000000001",
    device_name: "till",
    role: "counter",
    staff: 0,
    lane: "A",
    log: "00000000000000aa",
    capabilities: ["order", "take-money"],
    version: "test",
};

export function hello(resumed: boolean): Frame {
    return { type: "hello", session, now: 1_800_000_000_000, resumed };
}

export function line(over: Partial<Line> = {}): Line {
    return {
        id: 1,
        item: 1,
        name: "Soup",
        station: "",
        stall: 0,
        note: "",
        other_note: "",
        options: [],
        quantity: 1,
        wished: 1,
        progress: "waiting",
        handed: 0,
        unit_price: 500,
        total: 500,
        discount: 0,
        payable: 500,
        state: "active",
        accepted: false,
        added_late: false,
        conflict: false,
        ...over,
    };
}

export function order(id: string, over: Partial<Order> = {}): Order {
    return {
        id,
        number: id.toUpperCase(),
        numbers: [id.toUpperCase()],
        day: 1,
        phase: "placed",
        channel: "counter",
        mode: "eat-in",
        name: "",
        opened_at: 1_800_000_000_000,
        accepted_at: 0,
        ready_at: 0,
        handed_at: 0,
        flags: [],
        lines: [line()],
        payments: [],
        total: 500,
        tax: 0,
        owed: 500,
        paid: 0,
        refunded: 0,
        due: -500,
        cancelled: false,
        reason: "",
        claimed_by: "",
        log: "00000000000000aa",
        seq: 1,
        late: false,
        contact: "",
        changed: `${id}:1`,
        seen: false,
        ...over,
    };
}

export function item(number: number, over: Partial<MenuItem> = {}): MenuItem {
    return {
        number,
        name: `Item ${number}`,
        category: "All",
        position: number,
        price: 500,
        tax_eat_in: 1900,
        tax_take_away: 700,
        station: "",
        stall: 0,
        tax: 0,
        allergens: [],
        diet: [],
        description: "",
        groups: [],
        hidden: false,
        stock_policy: "off",
        available: true,
        stock: { here: 0, all: 0, oversold: 0 },
        photo: "",
        price_conflict: false,
        conflict: false,
        ...over,
    };
}

export function peer(role: Peer["role"], over: Partial<Peer> = {}): Peer {
    return {
        device: "0000000000000002",
        name: role,
        role,
        linked: true,
        heard_ms_ago: 200,
        behind: 0,
        ahead: 0,
        clock_offset_ms: 0,
        state: "linked",
        ...over,
    };
}

/** Lets promises that are settled already run on. */
export async function settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) {
        await Promise.resolve();
    }
}
