// Expectations: each cites facts of docs/stripe.md by number, or declarations of the official types
// as "types: File Name". A citation of what is not there is a mistake of the test, and fails.
import { readFileSync } from "node:fs";
import { declares } from "./declarations.mjs";
import { World } from "./world.mjs";

const DOCS = new URL("../../../docs/stripe.md", import.meta.url);

const expectations = [];

/** @cited: "P7", "P7 P11" or "types: Refunds Refund"; @deed(world) throws when it does not hold. */
export function expect(cited, sentence, deed) {
    expectations.push({ cited, sentence, deed });
}

function factsRead() {
    const rows = readFileSync(DOCS, "utf8").matchAll(/^\| ([A-Z]\d+) \| .+ \| .+ \|$/gm);
    return new Set([...rows].map(([, number]) => number));
}

function mustExist(cited, facts) {
    const [file, name] = cited.startsWith("types: ") ? cited.slice(7).split(" ") : [];
    if (file && !declares(file, name)) throw new Error(`the types do not declare ${file} ${name}`);
    const missing = file ? undefined : cited.split(" ").find((number) => !facts.has(number));
    if (missing) throw new Error(`docs/stripe.md has no fact ${missing}`);
}

/** Null, or why it does not hold. */
async function judge({ cited, deed }, facts, plant) {
    let world = null;
    try {
        mustExist(cited, facts);
        world = await World.open(plant);
        await deed(world);
        return null;
    } catch (error) {
        return error;
    } finally {
        await world?.close();
    }
}

/** What does not hold of a stand-in on which @plant was done: [{cited, sentence, error}]. */
export async function judgeAll(plant = () => {}) {
    const facts = factsRead();
    const findings = [];
    for (const expectation of expectations) {
        const error = await judge(expectation, facts, plant);
        if (error) findings.push({ ...expectation, error });
    }
    return { findings, count: expectations.length, uncited: uncited(facts) };
}

/** Facts of which nothing here says anything. */
function uncited(facts) {
    const cited = new Set(expectations.flatMap((one) => one.cited.split(" ")));
    return [...facts].filter((number) => !cited.has(number));
}
