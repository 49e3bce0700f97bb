// The published description of the API, judged by a validator that is not ours.
import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { describe, expect, it } from "vitest";

const published = readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8");
// "spec" is what OpenAPI 3.1 prescribes; whose taste a document meets is not asked.
const config = await createConfig({
    extends: ["spec"],
    rules: { "no-unresolved-refs": "error", "path-parameters-defined": "error" },
});

/** What is wrong with a document, by the rules' names. */
async function faults(source: string): Promise<string[]> {
    const found = await lintFromString({ source, config, absoluteRef: "openapi.json" });
    return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

// biome-ignore lint/suspicious/noExplicitAny: a document that is spoilt on purpose has no type
type Spoilt = any;

const mistakes: [string, (document: Spoilt) => void][] = [
    ["has no title", (one) => delete one.info],
    [
        "has a type that JSON does not know",
        (one) => {
            firstSchema(one).type = "objekt";
        },
    ],
    [
        "takes a parameter out of the body",
        (one) => {
            parameters(one)[0].in = "body";
        },
    ],
    [
        "has a word that OpenAPI does not know",
        (one) => {
            firstCall(one).answers = {};
        },
    ],
    [
        "points at nothing",
        (one) => {
            firstSchema(one).$ref = "#/components/schemas/Nobody";
        },
    ],
    [
        "has a path whose parameter nothing describes",
        (one) => {
            one.paths["/api/{lost}"] = { get: firstCall(one) };
        },
    ],
];

function firstSchema(document: Spoilt): Spoilt {
    return Object.values(document.components.schemas)[0];
}

function calls(document: Spoilt): Spoilt[] {
    return Object.values(document.paths).flatMap((path) => Object.values(path as object));
}

function firstCall(document: Spoilt): Spoilt {
    return calls(document)[0];
}

function parameters(document: Spoilt): Spoilt[] {
    return calls(document).flatMap((call) => call.parameters ?? []);
}

describe("the published description of the API", () => {
    it("is a sound OpenAPI 3.1 document", async () => {
        expect(JSON.parse(published).openapi).toMatch(/^3\.1\./);
        expect(await faults(published)).toEqual([]);
    });

    it.each(mistakes)("would be refused if it %s", async (_, spoil) => {
        const document = JSON.parse(published);
        spoil(document);
        expect(await faults(JSON.stringify(document))).not.toEqual([]);
    });
});
