// What a series of measurements comes to, and what is said of it.

/** The least value below or at which that share of them is (nearest rank).
 * @param share in (0, 1] */
export function quantile(values, share) {
    const sorted = [...values].sort((a, b) => a - b);
    const rank = Math.ceil(share * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
}

/** With an even count the mean of the middle two. */
export function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How much more it became, in per cent; less than nothing where it became less. */
export const growth = (before, after) => (100 * (after - before)) / before;

/** Frames in a second. @param times of each frame, in ms, oldest first; NaN of fewer than two */
export function framesPerSecond(times) {
    const [first] = times;
    return times.length < 2 ? Number.NaN : (1000 * (times.length - 1)) / (times.at(-1) - first);
}

/** What each frame took, in ms. */
export const frameTimes = (times) => times.slice(1).map((time, at) => time - times[at]);

export const notMeasured = "NOT MEASURED";
export const fallsShort = "FALLS SHORT";

/** @param values of each round
 * @param aim {most} or {least}, of their median; none of what is only told */
export function verdict(values, aim) {
    if (values.length === 0 || values.some((value) => !Number.isFinite(value))) {
        return notMeasured;
    }
    if (!aim) {
        return "";
    }
    const value = median(values);
    const isMet = value <= (aim.most ?? value) && value >= (aim.least ?? value);
    return isMet ? "met" : fallsShort;
}

const short = (value) => String(Number(value.toPrecision(value < 1000 ? 3 : 6)));

function seriesText(values) {
    if (values.length === 0) {
        return "-";
    }
    const range = `[${short(Math.min(...values))}..${short(Math.max(...values))}]`;
    return `${short(median(values))}${values.length > 1 ? ` ${range}` : ""}`;
}

const aimText = ({ most, least } = {}) =>
    most !== undefined ? `<= ${most}` : least !== undefined ? `>= ${least}` : "";

/** A line for each figure: name, median [least..most], aim, verdict. */
export function table(figures) {
    const rows = figures.map(({ name, values, aim }) => [
        name,
        seriesText(values),
        aimText(aim),
        verdict(values, aim),
    ]);
    const all = [["figure", "value", "aim", ""], ...rows];
    const widths = [0, 1, 2].map((at) => Math.max(...all.map((row) => row[at].length)));
    return all.map((row) =>
        row
            .map((text, at) => text.padEnd(widths[at] ?? 0))
            .join("  ")
            .trimEnd(),
    );
}

/** The exit status: what falls short is told and fails nothing, what was not measured does. */
export const statusOf = (figures) =>
    figures.some(({ values, aim }) => verdict(values, aim) === notMeasured) ? 1 : 0;
