// What the office shows, as files.
import type { Reconciliation } from "../base/protocol";

/** A spreadsheet would take these for the start of a formula. */
const formula = /^[=+\-@\t\r]/;
const amount = /^-?\d+(\.\d+)?$/;

function cell(value: string | number): string {
    const said = String(value);
    const text = formula.test(said) && !amount.test(said) ? `'${said}` : said;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows under their names, as RFC 4180 has them. */
export function csvTable(head: string[], rows: (string | number)[][]): string {
    return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** In units of the currency, with a point. */
export function amountText(minor: number, digits: number): string {
    return (minor / 10 ** digits).toFixed(digits);
}

/** One line for each difference. */
export function csvOf(look: Reconciliation): string {
    const digits = look.digits ?? 2;
    const head = ["kind", "order", "said", "next", "object", "payment", "stripe", "ledger"];
    const rows = (look.differences ?? []).map((one) => [
        one.kind,
        one.number,
        one.said,
        one.next,
        one.object,
        one.payment,
        amountText(one.provider, digits),
        amountText(one.ledger, digits),
    ]);
    return csvTable(head, rows);
}

export function save(name: string, type: string, text: string): void {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
