// What a call's parameters may be. A reader takes what the form holds and the parameter's name, and
// gives the value or throws what Stripe would answer. Whatever is not named is refused.
import { invalid } from "./errors.mjs";

const TEXT_MAX = 5000;
const METADATA_KEYS_MAX = 50;
const METADATA_KEY_MAX = 40;
const METADATA_VALUE_MAX = 500;

export const text =
    ({ max = TEXT_MAX, pattern = /./s } = {}) =>
    (value, name) => {
        if (typeof value !== "string") throw invalid(`Invalid string: ${name}`, name);
        if (value === "")
            throw invalid(
                `You passed an empty string for '${name}'.`,
                name,
                "parameter_invalid_empty",
            );
        if (value.length > max || !pattern.test(value))
            throw invalid(`Invalid value for ${name}`, name);
        return value;
    };

export const integer =
    ({ least = 0, most = Number.MAX_SAFE_INTEGER } = {}) =>
    (value, name) => {
        const number = Number(value);
        const isWhole = typeof value === "string" && /^-?\d{1,15}$/.test(value);
        if (!isWhole || number < least || number > most)
            throw invalid(`Invalid integer: ${name}`, name, "parameter_invalid_integer");
        return number;
    };

export const boolean = () => (value, name) => {
    if (value !== "true" && value !== "false") throw invalid(`Invalid boolean: ${name}`, name);
    return value === "true";
};

export const oneOf = (values) => (value, name) => {
    if (!values.includes(value))
        throw invalid(`Invalid ${name}: must be one of ${values.join(", ")}`, name);
    return value;
};

/** A required parameter. */
export const must = (reader) =>
    Object.assign((...given) => reader(...given), { isRequired: true, of: reader });

export const object = (readers) => {
    const read = (value, name = "") => {
        const at = (key) => (name === "" ? key : `${name}[${key}]`);
        if (typeof value === "string") throw invalid(`Invalid object: ${name}`, name);
        for (const key of Object.keys(value)) {
            if (!Object.hasOwn(readers, key))
                throw invalid(
                    `Received unknown parameter: ${at(key)}`,
                    at(key),
                    "parameter_unknown",
                );
        }
        const result = {};
        for (const [key, reader] of Object.entries(readers)) {
            if (value[key] !== undefined) result[key] = reader(value[key], at(key));
            else if (reader.isRequired)
                throw invalid(`Missing required param: ${at(key)}.`, at(key), "parameter_missing");
        }
        return result;
    };
    return Object.assign(read, { names: Object.keys(readers), readers });
};

export const list = (reader, { max }) => {
    const read = (value, name) => {
        if (typeof value === "string") throw invalid(`Invalid array: ${name}`, name);
        const keys = Object.keys(value);
        if (keys.some((key, at) => key !== String(at))) throw invalid("Invalid array", name);
        if (keys.length > max) throw invalid(`At most ${max} of ${name}`, name);
        return keys.map((key) => reader(value[key], `${name}[${key}]`));
    };
    return Object.assign(read, { of: reader });
};

/** Strings by name; an empty value takes one away, an empty string all: null. */
export const metadata = () => (value, name) => {
    if (value === "") return null;
    if (typeof value === "string") throw invalid(`Invalid object: ${name}`, name);
    const entries = Object.entries(value);
    if (entries.length > METADATA_KEYS_MAX)
        throw invalid(`At most ${METADATA_KEYS_MAX} keys in ${name}`, name);
    for (const [key, one] of entries) {
        if (typeof one !== "string") throw invalid(`Metadata is not nested: ${name}[${key}]`, name);
        if (key.length > METADATA_KEY_MAX || one.length > METADATA_VALUE_MAX)
            throw invalid(`Metadata too long: ${name}[${key.slice(0, METADATA_KEY_MAX)}]`, name);
    }
    return Object.fromEntries(entries);
};

/** @old with what metadata() gave. */
export function metadataMerged(old, given) {
    if (given === null) return {};
    return Object.fromEntries(
        Object.entries({ ...old, ...given }).filter(([, value]) => value !== ""),
    );
}

const seconds = integer();
const range = object({ gt: seconds, gte: seconds, lt: seconds, lte: seconds });

/** A test of an object's time. */
export const created = () => (value, name) => {
    if (typeof value === "string") {
        const exactly = seconds(value, name);
        return (at) => at === exactly;
    }
    const {
        gt = -1,
        gte = 0,
        lt = Number.MAX_SAFE_INTEGER,
        lte = Number.MAX_SAFE_INTEGER,
    } = range(value, name);
    return (at) => at > gt && at >= gte && at < lt && at <= lte;
};

/** The parameters of every list, and more. */
export const listing = (readers) =>
    object({
        limit: integer({ least: 1, most: 100 }),
        starting_after: text({ max: 255 }),
        ending_before: text({ max: 255 }),
        ...readers,
    });
