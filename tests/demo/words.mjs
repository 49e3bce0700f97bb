// What the demo says: progress, tables, times.

const colourful = process.stdout.isTTY && !process.env.NO_COLOR;

export const bold = (text) => (colourful ? `\x1b[1m${text}\x1b[0m` : text);
export const faint = (text) => (colourful ? `\x1b[2m${text}\x1b[0m` : text);

const started = performance.now();

/** One line of progress, with the seconds since the start. */
export function say(text) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${faint(`${seconds.padStart(5)} s`)}  ${text}`);
}

/** Something that a person must do or know; ends the run without a stack trace. */
export class Trouble extends Error {}

/** The value below which @share of the sorted @values lie; NaN when there are none. */
export function quantile(values, share) {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted.length === 0
        ? Number.NaN
        : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Milliseconds as a person reads them. */
export function duration(ms) {
    if (Number.isNaN(ms)) return "-";
    if (ms < 10) return `${ms.toFixed(1)} ms`;
    return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Rows of cells as aligned lines; the first @left columns lean left, the others right. */
export function table(rows, left = 1) {
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    const pad = (cell, at) => (at < left ? cell.padEnd(widths[at]) : cell.padStart(widths[at]));
    return rows.map((row) => row.map(pad).join("   ").trimEnd());
}
