// What an invitation is in words: how long it is good, where it leads, what is run for it.
import type { Invitation } from "../base/protocol";
import type { Text } from "./words";

export function isOfThisMachine(endpoint: string): boolean {
    return endpoint.startsWith("tcp://127.");
}

/** Somebody may come, or the node has not looked yet. */
export function isAwaited({ state }: Invitation): boolean {
    return ["asked", "open", "compare", "agreed"].includes(state);
}

/** "4:09" */
export function remainingText(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The six as they are read out: "123 456". */
export function digitsText(digits: string): string {
    return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

/** Why one ended, as far as there are words for it; the node says the rest itself. */
const ends: Readonly<Record<string, Text>> = {
    "its time is over": "isOver",
    "too many wrong tries": "tooManyTries",
};

/** Null: the node's own words are all there is. */
export function endText({ state, why }: Invitation): Text | null {
    return state === "over" ? (ends[why ?? ""] ?? "isEnded") : null;
}

/** The first letter that no device has. */
export function freeLane(taken: readonly string[]): string {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    return letters.find((letter) => !taken.includes(letter)) ?? "AA";
}

/** What the new device runs; others reach it then, at the port that a node has by itself. */
export function joinCommand(word: string): string {
    return `trestle join ${word} --listen tcp://0.0.0.0:7450`;
}

/** Where to knock, as people type it. */
export function knockAt(place: string): string {
    return place.replace(/^tcp:\/\//, "");
}
