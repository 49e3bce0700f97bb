// Waiting for what must come about, never for time to pass.
import { setTimeout as pause } from "node:timers/promises";
import { Trouble } from "./words.mjs";

const ASK_AGAIN_MS = 15;

/**
 * Asks @probe until its answer is true in JavaScript's sense, and gives that answer. What it throws
 * counts as "not yet". @describe says how things stand when @seconds are over.
 */
export async function until(what, seconds, probe, describe = () => "") {
    const deadline = performance.now() + seconds * 1000;
    let reason = "";
    while (performance.now() < deadline) {
        try {
            const answer = await probe();
            if (answer) return answer;
            reason = "";
        } catch (error) {
            reason = error.message;
        }
        await pause(ASK_AGAIN_MS);
    }
    const standing = [describe(), reason].filter(Boolean).join("; ");
    throw new Trouble(`waited ${seconds} s in vain for ${what}${standing ? `: ${standing}` : ""}`);
}
