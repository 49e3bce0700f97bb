// What nodes answer, held against the published description of the API (docs/openapi.json) by a
// validator that is not ours.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

// The web app's tools lie in web/node_modules, where nothing above tests/ is looked for.
const Ajv = createRequire(resolve(__dirname, "../../web/package.json"))("@redocly/ajv/dist/2020");

/**
 * @typedef {{method: string, path: string, status: number, type: string, body: string}} Answer
 * path: without what follows a question mark; type: as its header says, without what follows a
 * semicolon, "" without a body.
 */

const PUBLISHED = resolve(__dirname, "../../docs/openapi.json");
const PREFIX = "api#/$defs/"; // of what points at a component, see below
const UNCHANGED = 304; // HTTP's own answer to If-None-Match, without a body

// The components are one schema named "api", so that what points at one finds it from anywhere.
const published = JSON.parse(
    readFileSync(PUBLISHED, "utf8").replaceAll('"#/components/schemas/', `"${PREFIX}`),
);
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: "api", $defs: published.components.schemas });

const frames = published.paths["/ws"]?.get?.["x-frames"] ?? {};

const calls = Object.entries(published.paths).map(([template, methods]) => ({
    template,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    methods,
}));
/** The first parts of the paths that are the API's; others are pages and their files. */
const rooms = new Set(calls.map(({ template }) => template.split("/")[1]));

/** Whether a path belongs to the API.
 * @param {string} path
 * @returns {boolean}
 */
const isOfApi = (path) => rooms.has(path.split("/")[1]);

const judges = new Map();

/** What of a value is not as its schema says. */
function misfits(schema, value) {
    const judge = judges.get(schema) ?? ajv.compile(schema);
    judges.set(schema, judge);
    judge(value);
    return (judge.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** The call that an answer is to. */
function callOf({ method, path }) {
    const verb = method.toLowerCase();
    // A path that is spelt out goes before one with a parameter.
    const [first] = calls
        .filter(({ pattern, methods }) => pattern.test(path) && verb in methods)
        .sort((one, other) => one.template.split("{").length - other.template.split("{").length);
    return first?.methods[verb];
}

/**
 * What is wrong with an answer, in words; none: it is as published.
 * @param {Answer} answer
 * @returns {string[]}
 */
function answerFaults(answer) {
    const { status, type, body } = answer;
    const call = callOf(answer);
    if (!call) {
        // Nobody described it, so it must say that there is nothing.
        return status === 404 || status === 405 ? [] : ["is not described"];
    }
    if (status === UNCHANGED) {
        return body === "" ? [] : ["has a body although nothing changed"];
    }
    const said = status in call.responses ? `${status}` : "default";
    if (said === "default" && status < 400) {
        return [`${status} is not described`];
    }
    const content = call.responses[said]?.content ?? {};
    const described = content[type];
    if (!described) {
        return [`is "${type}" where ${Object.keys(content).join(" or ")} is described`];
    }
    if (!type.endsWith("json")) {
        return [];
    }
    const value = parsed(body);
    if (value === undefined) {
        return ["is no JSON"];
    }
    return misfits(described.schema ?? {}, value);
}

/**
 * What is wrong with a frame that a node sent over /ws to a customer, or to a screen.
 * @param {"customer" | "screen"} whose
 * @param {string} text
 * @returns {string[]}
 */
function frameFaults(whose, text) {
    const frame = parsed(text);
    const told = frames[whose === "customer" ? "customer-node" : "staff-node"] ?? [];
    const schema = told
        .map(({ $ref }) => published.components.schemas[$ref.slice(PREFIX.length)])
        .find((one) => one?.properties?.type?.const === (frame?.type ?? ""));
    if (!schema) {
        return [`"${frame?.type}" is not described`];
    }
    return misfits(schema, frame);
}

module.exports = { answerFaults, frameFaults, isOfApi };
