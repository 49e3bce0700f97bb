// What the three printers put out, read as a cook would: slip by slip, as they come.
import { open } from "node:fs/promises";
import path from "node:path";
import { ticketsOf } from "../demo/paper.mjs";
import { stationOf } from "./score.mjs";

const SLIP_END = `${"=".repeat(32)}\n`;
const TEXT_PRINTERS = [2, 3];

/** Stations of an order, each once. */
export const stationsOf = ({ body }) => [...new Set(body.lines.map(({ item }) => stationOf(item)))];

/** The end of a file that grows. */
class Tail {
    #at = 0;
    #rest = "";

    constructor(file) {
        this.file = file;
    }

    /** The text of whole slips that came since. */
    async read() {
        const file = await open(this.file).catch(() => null);
        if (!file) return "";
        const size = (await file.stat()).size - this.#at;
        const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, this.#at);
        await file.close();
        this.#at += bytesRead;
        const text = this.#rest + buffer.toString("utf8", 0, bytesRead);
        const end = text.lastIndexOf(SLIP_END) + SLIP_END.length;
        const isWhole = end >= SLIP_END.length;
        this.#rest = isWhole ? text.slice(end) : text;
        return isWhole ? text.slice(0, end) : "";
    }
}

export class Papers {
    count = 0;
    copies = 0; // that say so
    byScreen = new Set(); // "number station" that a cook made before a slip came
    #slips = new Map(); // "number station" -> unmarked slips
    #plugged = 0; // slips of the printer with a plug that were read

    constructor({ kitchen, printer }) {
        this.printer = printer;
        this.tails = TEXT_PRINTERS.map((number) => {
            return new Tail(path.join(kitchen.printed, `printer-${number}.txt`));
        });
    }

    /** What came since. */
    async read() {
        const texts = await Promise.all(this.tails.map((tail) => tail.read()));
        texts.push(...this.printer.slips.slice(this.#plugged));
        this.#plugged = this.printer.slips.length;
        for (const slip of texts.flatMap(ticketsOf)) this.#lay(slip);
    }

    #lay({ number, station, isCopy, isChange }) {
        if (isChange) return; // to a ticket that lies there
        const what = `${number} ${station}`;
        this.count++;
        if (isCopy) this.copies++;
        this.#slips.set(what, (this.#slips.get(what) ?? 0) + (isCopy ? 0 : 1));
    }

    /** Whether a ticket of that order lies at that station. */
    lies(number, station) {
        return this.#slips.has(`${number} ${station}`);
    }

    /** Whether any does. */
    has(number) {
        return [...this.#slips.keys()].some((what) => what.startsWith(`${number} `));
    }

    /** "number station" of each ticket that came to nobody's eyes; a refused order needs none. */
    lacks({ orders }) {
        return [...orders.values()]
            .filter(({ isRefused }) => !isRefused)
            .flatMap((order) => stationsOf(order).map((station) => `${order.number} ${station}`))
            .filter((what) => !this.#slips.has(what) && !this.byScreen.has(what));
    }

    /** The same of each that lies there more than once without saying so. */
    get silentCopies() {
        return [...this.#slips].filter(([, unmarked]) => unmarked > 1).map(([what]) => what);
    }
}
