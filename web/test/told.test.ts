// What nodes and gateways say in English of themselves has a sentence in each language: the lists
// are read where they are kept.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import base from "../src/base/words/en.json";
import sums from "../src/office/sums-words/en.json";

const kept = (path: string): string =>
    readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const found = (path: string, each: RegExp): string[] =>
    [...kept(path).matchAll(each)].map(([, name = ""]) => name);

it("what does not match, and what to do then", () => {
    const kinds = found("gateway/reconcile/difference.h", /X\([A-Z_]+, "(\w+)"/g);
    expect(kinds.length).toBeGreaterThan(20);
    for (const kind of kinds) {
        expect(sums).toHaveProperty([`said_${kind}`]);
        expect(sums).toHaveProperty([`next_${kind}`]);
    }
});

it("what ails a printer", () => {
    const troubles = found("node/print/escpos.h", /X\(PRINTER_\w+, \d, "([^"]+)"\)/g);
    expect(troubles.length).toBeGreaterThan(6);
    for (const trouble of troubles) {
        expect(base).toHaveProperty([`printer_${trouble}`]);
    }
});

it("why a node refuses", () => {
    const codes = found("sync/base/err.h", /X\(ERR_\w+, -\d+, "(\w+)"/g);
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) {
        expect(base).toHaveProperty([`why_${code}`]);
    }
});
