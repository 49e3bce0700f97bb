// What a page holds after a night must be what it held after its first half hour.
import { growth } from "./figures.mjs";

/** Of a night: 8, or as many as the environment says. */
export const hours = Number(process.env.TRESTLE_BENCH_HOURS ?? 8);

const mebibyte = 1048576;

const names = (screen) => ({
    before: `${screen}, ${hours} h played: heap after half an hour, MiB`,
    after: `${screen}: heap at the end, MiB`,
    growth: `${screen}: heap became more by, %`,
    held: `${screen}: what scripts hold became more by, %`,
    detached: `${screen}: detached nodes became more by`,
    listeners: `${screen}: listeners became more by`,
});

export function aimsOf(screen) {
    const { before, after, growth: more, held, detached, listeners } = names(screen);
    return {
        [before]: undefined,
        [after]: { most: 40 },
        [more]: undefined,
        [held]: { most: 10 },
        [detached]: { most: 0 },
        [listeners]: undefined,
    };
}

/** @param before, after as `holdings` says */
export function judge(screen, put, before, after) {
    const figure = names(screen);
    put(figure.before, before.heap / mebibyte);
    put(figure.after, after.heap / mebibyte);
    put(figure.growth, growth(before.heap, after.heap));
    put(figure.held, growth(before.held, after.held));
    put(figure.detached, after.detached - before.detached);
    put(figure.listeners, after.listeners - before.listeners);
}
