// The books as tables for spreadsheets: what was sold, paid, counted and said. A row is as the
// journal has it, amounts are in units of the currency.
import type {
    DrawerList,
    Menu,
    Order,
    OrderList,
    Payment,
    ReviewList,
    StaffList,
} from "../base/protocol";
import { amountText, csvTable } from "./export";
import type { Period } from "./figures";

export interface Source {
    read<T>(path: string): Promise<T>;
    digits: number;
    period: Period;
    /** How many orders were read so far. */
    tell(orders: number): void;
}

type Row = (string | number)[];
type Line = Order["lines"][number];

interface Table {
    readonly head: string[];
    rows(source: Source): Promise<Row[]>;
}

/** An empty cell where it did not happen. */
const timeText = (ms: number): string => (ms === 0 ? "" : new Date(ms).toISOString());

// --- orders ---

/** The lists of a day, which end with 500 orders and go on behind the last. Open ones first: what
 * is settled meanwhile comes twice then, and counts once. */
async function ordersOf({ read, period, tell }: Source): Promise<Order[]> {
    const found = new Map<string, Order>();
    const { day, days } = period;
    for (let one = day - days + 1; one <= day; one++) {
        for (const settled of [0, 1]) {
            for (let last = ""; ; ) {
                const place = last === "" ? "" : `/${last}/older`;
                const path = `/api/orders${place}?day=${one}&settled=${settled}`;
                const { orders } = await read<OrderList>(path);
                for (const order of orders) {
                    found.set(order.id, order);
                }
                tell(found.size);
                last = orders.at(-1)?.id ?? "";
                if (last === "") {
                    break;
                }
            }
        }
    }
    return [...found.values()].sort((a, b) => a.opened_at - b.opened_at);
}

const orderHead = ["order", "day", "number"];
const orderCells = (order: Order): Row => [order.id, order.day, order.number];

/** A table of which each order gives rows. */
function ofOrders(head: string[], rowsOf: (order: Order, money: Money) => Row[]): Table {
    return {
        head: [...orderHead, ...head],
        async rows(source) {
            const money: Money = (minor) => amountText(minor, source.digits);
            const orders = await ordersOf(source);
            return orders.flatMap((order) =>
                rowsOf(order, money).map((row) => [...orderCells(order), ...row]),
            );
        },
    };
}

type Money = (minor: number) => string;

const orderRow = (order: Order, money: Money): Row => [
    order.phase,
    order.channel,
    order.mode,
    order.table ?? "",
    order.name,
    timeText(order.opened_at),
    timeText(order.accepted_at),
    timeText(order.ready_at),
    timeText(order.handed_at),
    money(order.owed),
    money(order.tax),
    money(order.tip ?? 0),
    money(order.paid),
    money(order.refunded),
    money(order.due),
    order.flags.join(" "),
    order.reason,
];

const lineRow = (line: Line, money: Money): Row => [
    line.id,
    line.item,
    line.name,
    line.options.map(({ name }) => name).join("; "),
    line.quantity,
    line.handed,
    money(line.unit_price),
    money(line.discount),
    money(line.total),
    line.state,
    line.progress,
    line.station,
    line.stall,
    line.note,
    line.uncollected ?? 0,
];

const paymentRow = (payment: Payment, money: Money): Row => [
    payment.id,
    payment.refund ? "refund" : "payment",
    payment.method,
    money(payment.amount),
    money(payment.tendered),
    payment.reference,
];

type ByCard = NonNullable<Order["provider"]>["payments"][number];

/** What the card provider took and gave back of one payment. */
const cardRows = ({ id, received, refunded }: ByCard, money: Money): Row[] =>
    (
        [
            ["payment", received],
            ["refund", refunded],
        ] as const
    )
        .filter(([, amount]) => amount !== 0)
        .map(([kind, amount]) => ["", kind, "card-online", money(amount), money(0), id]);

const paymentRows = ({ payments, provider }: Order, money: Money): Row[] => [
    ...payments.map((payment) => paymentRow(payment, money)),
    ...(provider?.payments ?? []).flatMap((payment) => cardRows(payment, money)),
];

// --- the tables ---

export const books = {
    orders: ofOrders(
        [
            ...["phase", "channel", "mode", "table", "name", "opened_at", "accepted_at"],
            ...["ready_at", "handed_at", "owed", "tax", "tip", "paid", "refunded", "due"],
            ...["flags", "reason"],
        ],
        (order, money) => [orderRow(order, money)],
    ),
    lines: ofOrders(
        [
            ...["line", "item", "name", "options", "quantity", "handed", "unit_price"],
            ...[
                "discount",
                "payable",
                "state",
                "progress",
                "station",
                "stall",
                "note",
                "uncollected",
            ],
        ],
        ({ lines }, money) => lines.map((line) => lineRow(line, money)),
    ),
    payments: ofOrders(
        ["payment", "kind", "method", "amount", "tendered", "reference"],
        paymentRows,
    ),
    drawers: {
        head: ["drawer", "day", "what", "at", "staff", "amount", "expected", "difference", "why"],
        rows: drawerRows,
    },
    stock: {
        head: ["item", "name", "policy", "available", "here", "all", "oversold"],
        async rows({ read }) {
            const { items } = await read<Menu>("/api/menu");
            return items.map(({ number, name, stock_policy, available, stock }) => [
                ...[number, name, stock_policy, available ? "yes" : "no"],
                ...[stock.here, stock.all, stock.oversold],
            ]);
        },
    },
    reviews: {
        head: ["review", "order", "rating", "text", "hidden", "reason"],
        async rows({ read }) {
            const { reviews } = await read<ReviewList>("/api/reviews");
            return reviews.map(({ id, order, rating, text, hidden, reason }) => [
                ...[id, order, rating, text, hidden ? "yes" : "no", reason],
            ]);
        },
    },
    staff: {
        head: ["number", "name", "out_of_use"],
        async rows({ read }) {
            const { staff } = await read<StaffList>("/api/staff");
            return staff.map(({ number, name, hidden }) => [number, name, hidden ? "yes" : "no"]);
        },
    },
} satisfies Record<string, Table>;

async function drawerRows({ read, digits, period }: Source): Promise<Row[]> {
    const money: Money = (minor) => amountText(minor, digits);
    const rows: Row[] = [];
    for (let day = period.day - period.days + 1; day <= period.day; day++) {
        const { drawers } = await read<DrawerList>(`/api/drawers?day=${day}`);
        for (const { number, opened_at, opened_by, float, moves, counts } of drawers) {
            const at = timeText(opened_at);
            rows.push([number, day, "float", at, opened_by, money(float), "", "", ""]);
            for (const { amount, reason } of moves) {
                rows.push([number, day, "move", "", "", money(amount), "", "", reason]);
            }
            for (const { counted, expected, difference, note } of counts) {
                const sums = [money(counted), money(expected), money(difference)];
                rows.push([number, day, "count", "", "", ...sums, note]);
            }
        }
    }
    return rows;
}

export type Book = keyof typeof books;

export async function csvOfBook(book: Book, source: Source): Promise<string> {
    const { head, rows }: Table = books[book];
    return csvTable(head, await rows(source));
}
