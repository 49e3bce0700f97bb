// What came out of a text printer, read as a cook would: slip by slip.
import { readFile } from "node:fs/promises";
import path from "node:path";

const SLIP_END = /^=+\n/m;
const COPY = /\*\*\* (POSSIBLE COPY|REPRINT) \*\*\*/;
const CHANGE = /\*\*\* CHANGE \*\*\*/;

/** The tickets of the @number-th printer of @device, as they came: [{number, station, isCopy,
 * isChange}]. */
export async function ticketsRead(device, number) {
    const file = path.join(device.printed, `printer-${number}.txt`);
    return ticketsOf(await readFile(file, "utf8").catch(() => ""));
}

/** Those of a printer's @text. */
export function ticketsOf(text) {
    return text
        .split(SLIP_END)
        .filter((slip) => slip.trim() !== "")
        .map(ticketOf);
}

/** Its head is "A42      grill", below what marks it as a copy. */
function ticketOf(slip) {
    const head = slip.split("\n").find((line) => line !== "" && !line.includes("***"));
    const [number, ...station] = head.trim().split(/\s+/);
    return {
        number,
        station: station.join(" "),
        isCopy: COPY.test(slip),
        isChange: CHANGE.test(slip),
    };
}

/** Station names of an answered order, each once. */
export function stationsOf({ body }, items) {
    const station = (line) => items.find(({ number }) => number === line.item).station;
    return [...new Set(body.lines.map(station))];
}
