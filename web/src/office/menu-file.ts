// The menu as a file, both ways: CSV as `trestle menu export` writes it, byte for byte, and JSON.
import type { MenuItem, MenuNew } from "../base/protocol";
import { decimalOf, decimalText, groupsOf, groupsText, rateOf, rateText, wordsOf } from "./cells";
import { type Text, t } from "./menu-words";

/** What is wrong with a file, and where, for a person. */
export class BadFile extends Error {}

type Field = keyof MenuNew;

interface Column {
    readonly name: string;
    readonly field: Field;
    /** What is to be written there. */
    readonly wants: Text;
    /** Null: it is not what the column holds. */
    read(cell: string, digits: number): unknown;
    write(value: never, digits: number): string;
}

const text = {
    wants: "wants_text" as const,
    read: (cell: string) => cell,
    write: (value: string) => value,
};
const count = {
    read: (cell: string) => decimalOf(cell, 0),
    write: (value: number) => String(value),
};
const rate = { wants: "wants_percent" as const, read: rateOf, write: rateText };
const words = {
    wants: "wants_words" as const,
    read: wordsOf,
    write: (value: readonly string[]) => value.join(" "),
};
const truths: Record<string, boolean> = {
    yes: true,
    true: true,
    1: true,
    no: false,
    false: false,
    0: false,
};

/** In the order of a file that is written; read in any. */
const columns: readonly Column[] = [
    { name: "number", field: "number", wants: "wants_whole", ...count },
    { name: "category", field: "category", ...text },
    { name: "name", field: "name", ...text },
    {
        name: "price",
        field: "price",
        wants: "wants_amount",
        read: decimalOf,
        write: decimalText,
    },
    { name: "tax_eat_in", field: "tax_eat_in", ...rate },
    { name: "tax_take_away", field: "tax_take_away", ...rate },
    { name: "station", field: "station", ...text },
    { name: "allergens", field: "allergens", ...words },
    { name: "diet", field: "diet", ...words },
    { name: "description", field: "description", ...text },
    {
        name: "options",
        field: "groups",
        wants: "wants_groups",
        read: groupsOf,
        write: groupsText,
    },
    { name: "position", field: "position", wants: "wants_whole", ...count },
    {
        name: "hidden",
        field: "hidden",
        wants: "wants_truth",
        read: (cell: string) => truths[cell] ?? null,
        write: (value: boolean) => (value ? "yes" : "no"),
    },
    { name: "stall", field: "stall", wants: "wants_stall", ...count },
    { name: "tax", field: "tax", wants: "wants_tax", ...count },
    {
        name: "stock",
        field: "stock_policy",
        wants: "wants_policy",
        read: (cell: string) => (["off", "warn", "strict"].includes(cell) ? cell : null),
        write: (value: string) => value,
    },
];

export const fields: readonly Field[] = columns.map(({ field }) => field);

function quoted(cell: string): string {
    return /[,"\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function csvOfMenu(items: readonly MenuItem[], digits: number): string {
    const rows = items.map((item) =>
        columns.map(({ field, write }) => quoted(write(item[field] as never, digits))),
    );
    return [columns.map(({ name }) => name), ...rows].map((row) => `${row.join(",")}\n`).join("");
}

/** What can be written of an item, without what follows from it. */
export function newOf(item: MenuItem): MenuNew {
    return Object.fromEntries(fields.map((field) => [field, item[field]])) as unknown as MenuNew;
}

export function jsonOfMenu(items: readonly MenuItem[]): string {
    return `${JSON.stringify({ items: items.map(newOf) }, null, 1)}\n`;
}

// --- reading ---

interface Line {
    readonly at: number;
    readonly cells: string[];
}

/** RFC 4180; lines count from 1. */
function linesOf(csv: string): Line[] {
    const lines: Line[] = [];
    const next = /("(?:[^"]|"")*"|(?:[^",\n][^,\n]*)?)(,|\r?\n|$)/y;
    let cells: string[] = [];
    let at = 1;
    let line = 1;
    while (next.lastIndex < csv.length) {
        const found = next.exec(csv);
        if (found === null) {
            throw new BadFile(t("badQuote", { line }));
        }
        const [whole, raw = "", end] = found;
        const cell = raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
        cells.push(cell.trim());
        line += whole.split("\n").length - 1;
        if (end !== ",") {
            lines.push({ at, cells });
            cells = [];
            at = line;
        }
    }
    return cells.length > 0 ? [...lines, { at, cells: [...cells, ""] }] : lines;
}

function headOf(names: readonly string[]): Column[] {
    const found = names.map((name) => {
        const column = columns.find((one) => one.name === name);
        if (column === undefined) {
            throw new BadFile(t("badColumn", { column: name }));
        }
        return column;
    });
    for (const needed of ["number", "name", "price"]) {
        if (!names.includes(needed)) {
            throw new BadFile(t("lacksColumn", { column: needed }));
        }
    }
    return found;
}

function itemOf({ at, cells }: Line, head: readonly Column[], digits: number): MenuNew {
    if (cells.length > head.length) {
        throw new BadFile(t("manyCells", { line: at }));
    }
    const pairs = cells.flatMap((cell, index) => {
        const column = head[index];
        if (column === undefined || cell === "") {
            return [];
        }
        const value = column.read(cell, digits);
        if (value === null) {
            throw new BadFile(
                t("badCell", { line: at, column: column.name, wants: t(column.wants) }),
            );
        }
        return [[column.field, value]];
    });
    return checked(Object.fromEntries(pairs), "lineLacks", at);
}

function checked(item: Partial<MenuNew>, lacks: "lineLacks" | "itemLacks", line: number): MenuNew {
    for (const field of ["number", "name", "price"] as const) {
        if (item[field] === undefined) {
            throw new BadFile(t(lacks, { line, field }));
        }
    }
    return item as MenuNew;
}

/** The items of a CSV file; throws a BadFile. */
export function itemsOfCsv(csv: string, digits: number): MenuNew[] {
    const [first, ...rest] = linesOf(csv.replace(/^\uFEFF/, ""));
    if (first === undefined) {
        throw new BadFile(t("emptyTable"));
    }
    const head = headOf(first.cells);
    return rest
        .filter(({ cells }) => cells.some((cell) => cell !== ""))
        .map((line) => itemOf(line, head, digits));
}

/** The items of a JSON file, as jsonOfMenu() or GET /api/menu have them; throws a BadFile. */
export function itemsOfJson(json: string): MenuNew[] {
    let said: unknown;
    try {
        said = JSON.parse(json);
    } catch {
        throw new BadFile(t("noJson"));
    }
    const items = (said as { items?: unknown } | null)?.items;
    if (!Array.isArray(items)) {
        throw new BadFile(t("noList"));
    }
    return items.map((item: Record<string, unknown>, at) => {
        const known = fields.filter((field) => item?.[field] !== undefined);
        const kept = Object.fromEntries(known.map((field) => [field, item[field]]));
        return checked(kept as Partial<MenuNew>, "itemLacks", at + 1);
    });
}
