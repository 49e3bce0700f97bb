// Amounts are integers in minor units, here as everywhere.
import { locale } from "./locale";

export interface Currency {
    readonly currency: string;
    readonly digits: number;
}

// A screen writes all its amounts in one way, and what does takes long to make: the last stays.
let format: Intl.NumberFormat;
let way = "";

/** "12.50 €" as the language that the screen speaks writes it. */
export function formatMoney(amount: number, { currency, digits }: Currency): string {
    const where = locale();
    const wanted = where + currency + digits;
    if (way !== wanted) {
        way = wanted;
        format = new Intl.NumberFormat(where, {
            style: "currency",
            currency,
            minimumFractionDigits: digits,
            maximumFractionDigits: digits,
        });
    }
    return format.format((amount || 0) / 10 ** digits); // never "−0.00"
}

/** "+0.50 €"; nothing for nothing. */
export function formatDelta(amount: number, currency: Currency): string {
    return amount === 0
        ? ""
        : `${amount > 0 ? "+" : "−"}${formatMoney(Math.abs(amount), currency)}`;
}

/** Half up, for amounts >= 0, as the node rounds. */
export function divideHalfUp(amount: number, by: number): number {
    return Math.floor((2 * amount + by) / (2 * by));
}

/** To the smallest coin in use. */
export function roundToStep(amount: number, step: number): number {
    return step > 1 ? divideHalfUp(amount, step) * step : amount;
}

const notes = [5, 10, 20, 50, 100, 200];
const suggestionsMax = 4;

/** What a person is likely to hand over: the next multiples of each note, without the exact sum. */
export function nextNotes(total: number, digits: number): number[] {
    const unit = 10 ** digits;
    const likely = notes.map((note) => Math.ceil(total / (note * unit)) * note * unit);
    return [...new Set(likely)]
        .filter((amount) => amount > total)
        .sort((a, b) => a - b)
        .slice(0, suggestionsMax);
}
