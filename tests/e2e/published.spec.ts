// That the judge of all other tests' answers sees what is not as published.
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { answerFaults, frameFaults } from "../lib/published.cjs";
import { type Stall, startStall } from "./mesh";
import { test } from "./test";

let stall: Stall;

test.beforeAll(async () => {
    stall = await startStall({ alone: true });
});

test.afterAll(() => stall?.close({ keep: false }));

type Answer = Parameters<typeof answerFaults>[0];

const sound: Answer = {
    method: "GET",
    path: "/healthz",
    status: 200,
    type: "application/json",
    body: JSON.stringify({ ok: true }),
};

const wrong: [string, Partial<Answer>][] = [
    ["a member of another type", { body: JSON.stringify({ ok: "yes" }) }],
    ["a member that nobody described", { body: JSON.stringify({ ok: true, pin: "1234" }) }],
    ["no member at all", { body: "{}" }],
    ["no JSON", { body: "ok" }],
    ["another type of content", { type: "text/html" }],
    ["a status that nobody described", { status: 204, type: "", body: "" }],
    ["a problem without its title", { status: 500, type: "application/problem+json", body: "{}" }],
    ["a path that nobody described", { path: "/api/secrets" }],
];

test("an answer that is as published is not complained of", () => {
    expect(answerFaults(sound)).toEqual([]);
});

for (const [what, part] of wrong) {
    test(`an answer with ${what} is noticed`, () => {
        expect(answerFaults({ ...sound, ...part })).not.toEqual([]);
    });
}

test("a frame of another kind, or of another audience, is noticed", () => {
    const beat = JSON.stringify({ type: "beat", now: 1 });
    expect(frameFaults("customer", beat)).toEqual([]);
    expect(frameFaults("screen", beat)).not.toEqual([]);
    expect(frameFaults("customer", JSON.stringify({ type: "beat", now: "soon" }))).not.toEqual([]);
});

test("every file of tests has its answers looked at", () => {
    const bare = /import \{[^}]*\btest\b[^}]*\} from "@playwright\/test"/;
    const files = readdirSync(__dirname).filter((name) => name.endsWith(".ts"));
    const unwatched = files.filter((name) =>
        bare.test(readFileSync(`${__dirname}/${name}`, "utf8")),
    );
    expect(unwatched).toEqual(["test.ts"]); // which makes the one that watches
});

test("what a node answers to a page and sends to it is looked at", async ({ page, watch }) => {
    const { answers, frames } = watch;
    await page.goto(`${stall.counter.url}/counter`);
    await expect.poll(() => watch.frames).toBeGreaterThan(frames);
    await page.evaluate(() => fetch("/api/menu").then((answer) => answer.text()));
    await expect.poll(() => watch.answers).toBeGreaterThan(answers);
    expect(watch.faults).toEqual([]);

    await page.route("**/api/menu", (route) => route.fulfill({ json: { items: "none" } }));
    await page.evaluate(() => fetch("/api/menu").then((answer) => answer.text()));
    await expect.poll(() => watch.faults.length).toBeGreaterThan(0);
    watch.faults.length = 0; // it was this test's own
});
