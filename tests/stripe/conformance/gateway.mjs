// What the gateway sends is taken, and what it is answered stays what its own test reads:
// tests/golden/stripe, whose other half is tests/gateway/test_stripe_wire.c.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "./judge.mjs";

const GOLDEN = new URL("../../golden/stripe/", import.meta.url);

/** The golden requests name the intents that they make pi_1, pi_2. */
function named(text, ids) {
    return text.replace(/pi_(\d+)/g, (name, number) => ids[number - 1] ?? name);
}

async function send(world, line, ids) {
    const [method, path, key, body = ""] = line.split(" ");
    const isPost = method === "POST";
    const { status, text } = await world.raw(method, named(path, ids), {
        ...(isPost ? { body: named(body, ids), headers: { "Idempotency-Key": key } } : {}),
    });
    assert.equal(status, 200, `${line}\n${text}`);
    return JSON.parse(text);
}

expect(
    "C1 C2 I6 P2 R6",
    "each request of the gateway is taken, and answered as recorded",
    async (world) => {
        const lines = readFileSync(new URL("requests.txt", GOLDEN), "utf8").trimEnd().split("\n");
        const ids = [];
        let answered = "";
        for (const line of lines) {
            const answer = await send(world, line, ids);
            answered += `${JSON.stringify(answer)}\n`;
            if (!line.startsWith("POST /v1/payment_intents ")) continue;
            ids.push(answer.id);
            if (ids.length === 1) await world.control("pay", { payment_intent: answer.id });
        }
        const golden = new URL("answers.txt", GOLDEN);
        if (process.env.TRESTLE_UPDATE) writeFileSync(golden, answered);
        assert.equal(answered, readFileSync(golden, "utf8"));
        assert.deepEqual(await world.moves(), [
            "hold 1100",
            "capture 700",
            "release 400",
            "refund 400",
        ]);
    },
);
