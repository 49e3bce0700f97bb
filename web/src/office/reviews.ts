// What customers said, newest order first, and what it comes to.
import type { ReviewList } from "../base/protocol";

export type Review = ReviewList["reviews"][number];

export const starsMost = 5;

/** An order's id begins with when it was opened. */
export function newestFirst(reviews: readonly Review[]): Review[] {
    return [...reviews].sort((a, b) => (a.order < b.order ? 1 : -1));
}

export interface Sum {
    /** Of those that are not hidden. */
    readonly count: number;
    /** 0 where nobody said anything. */
    readonly mean: number;
    /** How many gave five stars, four, and so on. */
    readonly each: readonly { readonly stars: number; readonly count: number }[];
}

export function sumOf(reviews: readonly Review[]): Sum {
    const shown = reviews.filter(({ hidden, rating }) => !hidden && rating > 0);
    const all = shown.reduce((sum, { rating }) => sum + rating, 0);
    const each = Array.from({ length: starsMost }, (_, at) => {
        const stars = starsMost - at;
        return { stars, count: shown.filter(({ rating }) => rating === stars).length };
    });
    return { count: shown.length, mean: shown.length === 0 ? 0 : all / shown.length, each };
}

export function starsText(stars: number): string {
    return "★".repeat(stars) + "☆".repeat(Math.max(0, starsMost - stars));
}
