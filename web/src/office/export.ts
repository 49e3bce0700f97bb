// What a reconciliation found, as files.
import type { Reconciliation } from "../base/protocol";

/** A spreadsheet would take these for the start of a formula. */
const formula = /^[=+\-@\t\r]/;

function cell(value: string | number): string {
    const text = typeof value === "string" && formula.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line for each difference; amounts in units of the currency, with a point. */
export function csvOf(look: Reconciliation): string {
    const digits = look.digits ?? 2;
    const amount = (minor: number): string => (minor / 10 ** digits).toFixed(digits);
    const head = ["kind", "order", "said", "next", "object", "payment", "stripe", "ledger"];
    const rows = (look.differences ?? []).map((one) => [
        cell(one.kind),
        cell(one.number),
        cell(one.said),
        cell(one.next),
        cell(one.object),
        cell(one.payment),
        amount(one.provider),
        amount(one.ledger),
    ]);
    return [head, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

export function save(name: string, type: string, text: string): void {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
