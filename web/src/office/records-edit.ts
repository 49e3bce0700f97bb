// Stalls, stations, printers, taxes and discounts: what each holds, as one table from which forms,
// checks and writes follow. Only what differs is written, so that what somebody else changes
// meanwhile stays; what two people changed at once is said whole, which settles it.
import type { DeviceList, Offer, Printer, Session, Stall, Station, Tax } from "../base/protocol";
import { decimalText, rateText } from "./cells";
import { countOf, type Entries, moneyOf, nameOf, percentOf, textOf } from "./entry";
import type { ChoiceOf } from "./fields";
import { nextNumber, type Write } from "./menu-edit";
import { BadEntry } from "./why";
import { type Text, t } from "./words";

export interface RecordsOf {
    stalls: Stall;
    stations: Station;
    printers: Printer;
    taxes: Tax;
    offers: Offer;
}
export type Kind = keyof RecordsOf;
export type Known = { readonly [K in Kind]: readonly RecordsOf[K][] } & {
    readonly devices: DeviceList["devices"];
};
/** Any of them, by the names of its fields. */
export type AnyRecord = Readonly<Record<string, string | number | boolean>> & {
    readonly number: number;
    readonly name: string;
    readonly hidden: boolean;
    readonly conflict: boolean;
};

type Form = "text" | "count" | "percent" | "money" | "truth" | "number" | "choice";

export interface FieldOf {
    readonly name: string;
    readonly form: Form;
    readonly label: Text;
    readonly hint?: Text;
    readonly min?: number;
    readonly max?: number;
    /** Of a new one. */
    readonly otherwise: string | number | boolean;
    /** Of "choice" (a word) and "number" (of another record): what there is to choose from. */
    choices?(known: Known, self: number): readonly ChoiceOf[];
    /** Written by one hand: where one of these differs, all of them are written. */
    readonly isJoint?: boolean;
}

export interface KindOf {
    readonly title: Text;
    readonly how: Text;
    readonly add: Text;
    readonly fresh: Text;
    readonly fields: readonly FieldOf[];
    /** What records hold besides, and nothing goes by yet: no form asks for it. */
    readonly unread?: readonly string[];
    /** What the fields must be together; throws a BadEntry. */
    check?(wish: Readonly<Record<string, unknown>>): void;
}

const noteMax = 280; // bytes, as the other limits of texts
const noThrottle = 1000; // items in five minutes that no station makes
const positionMax = 4_294_967_295;

function choicesOf(list: readonly AnyRecord[], none: Text, except = 0): ChoiceOf[] {
    return [
        { value: "0", text: t(none) },
        ...list
            .filter(({ number, hidden }) => !hidden && number !== except)
            .map(({ number, name }) => ({ value: `${number}`, text: name })),
    ];
}

const position: FieldOf = {
    name: "position",
    form: "count",
    label: "position",
    min: 0,
    max: positionMax,
    otherwise: 0,
};

export const kinds: Readonly<Record<Kind, KindOf>> = {
    stalls: {
        title: "stalls",
        how: "stallsHow",
        add: "addStall",
        fresh: "newStall",
        unread: ["pickup"],
        fields: [
            {
                name: "description",
                form: "text",
                label: "description",
                max: noteMax,
                otherwise: "",
            },
            position,
        ],
    },
    stations: {
        title: "stations",
        how: "stationsHow",
        add: "addStation",
        fresh: "newStation",
        fields: [
            position,
            {
                name: "throttle",
                form: "count",
                label: "throttle",
                min: 1,
                max: noThrottle,
                otherwise: noThrottle,
            },
        ],
        unread: ["stall", "printer"],
    },
    printers: {
        title: "printers",
        how: "printersHow",
        add: "addPrinter",
        fresh: "newPrinter",
        fields: [
            {
                name: "driver",
                form: "choice",
                label: "driver",
                otherwise: "escpos",
                isJoint: true,
                choices: () => [
                    { value: "escpos", text: t("driverEscpos") },
                    { value: "text", text: t("driverText") },
                ],
            },
            {
                name: "owner",
                form: "choice",
                label: "owner",
                otherwise: "",
                isJoint: true,
                choices: ({ devices }) => [
                    { value: "", text: t("none") },
                    ...devices
                        .filter(({ revoked, retired }) => !revoked && !retired)
                        .map(({ id, name, role }) => ({ value: id, text: name || role })),
                ],
            },
            {
                name: "address",
                form: "text",
                label: "address",
                hint: "addressHint",
                max: 120,
                otherwise: "",
                isJoint: true,
            },
            {
                name: "stations",
                form: "text",
                label: "printsFor",
                max: noteMax,
                otherwise: "",
            },
            { name: "width", form: "count", label: "width", min: 24, max: 96, otherwise: 42 },
            { name: "codepage", form: "text", label: "codepage", max: 16, otherwise: "" },
            {
                name: "backup",
                form: "number",
                label: "backup",
                otherwise: 0,
                choices: ({ printers }, self) => choicesOf(printers, "none", self),
            },
        ],
        check({ owner, address }) {
            if (owner === "" || address === "") {
                throw new BadEntry(t("printerNeeds"));
            }
        },
    },
    taxes: {
        title: "taxes",
        how: "taxesHow",
        add: "addTax",
        fresh: "newTax",
        fields: [
            { name: "eat_in", form: "percent", label: "eatIn", otherwise: 0 },
            { name: "take_away", form: "percent", label: "takeAway", otherwise: 0 },
        ],
    },
    offers: {
        title: "offers",
        how: "offersHow",
        add: "addOffer",
        fresh: "newOffer",
        fields: [
            { name: "percent_bp", form: "percent", label: "percent", otherwise: 0, isJoint: true },
            { name: "amount", form: "money", label: "amount", otherwise: 0, isJoint: true },
            { name: "reason", form: "text", label: "reason", max: 140, otherwise: "" },
            { name: "manager", form: "truth", label: "managerOnly", otherwise: false },
        ],
        check({ percent_bp, amount }) {
            if ((percent_bp === 0) === (amount === 0)) {
                throw new BadEntry(t("offerEither"));
            }
        },
    },
};

/** As they stand on screens: by their place where they have one. */
export function inOrder<T extends { number: number }>(all: readonly T[]): T[] {
    const place = (one: object): number => (one as { position?: number }).position ?? 0;
    return [...all].sort((a, b) => place(a) - place(b) || a.number - b.number);
}

/** What the field's label says. */
export function labelOf({ label }: FieldOf, { currency }: Pick<Session, "currency">): string {
    return t(label, { currency });
}

/** What stands in the field. */
export function valueText(field: FieldOf, record: AnyRecord | null, digits: number): string {
    const value = record?.[field.name] ?? field.otherwise;
    if (field.form === "percent") {
        return rateText(Number(value));
    }
    return field.form === "money" ? decimalText(Number(value), digits) : String(value);
}

type Money = Pick<Session, "currency" | "digits">;

function fieldOf(field: FieldOf, form: Entries, session: Money): string | number | boolean {
    const label = labelOf(field, session);
    const text = form.one(field.name);
    switch (field.form) {
        case "truth":
            return form.has(field.name);
        case "percent":
            return percentOf(text, label);
        case "money":
            return moneyOf(text, label, session.digits);
        case "count":
            return countOf(text, label, field.min ?? 0, field.max ?? positionMax);
        case "number":
            return Number(text);
        default:
            return textOf(text, label, field.max ?? 80);
    }
}

export type Wish = Readonly<Record<string, string | number | boolean>>;

/** A whole record as the form has it; throws a BadEntry. */
export function wishOf(kind: Kind, form: Entries, session: Money): Wish {
    const { fields, check } = kinds[kind];
    const wish = {
        name: nameOf(form.one("name")),
        ...Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, form, session)])),
    };
    check?.(wish);
    return wish;
}

/** What makes @record as wished, or a new one beside @all; null: it is so. */
export function writeOf(
    kind: Kind,
    record: AnyRecord | null,
    wish: Wish,
    all: readonly { number: number }[],
): Write | null {
    if (record === null) {
        return { method: "POST", path: `/api/${kind}`, body: { number: nextNumber(all), ...wish } };
    }
    // A conflict may lie in what the form does not show: it is settled as it stands.
    const { unread = [] } = kinds[kind];
    const whole = record.conflict
        ? { ...Object.fromEntries(unread.map((name) => [name, record[name]])), ...wish }
        : wish;
    const joint = kinds[kind].fields.filter(({ isJoint }) => isJoint).map(({ name }) => name);
    const differs = (name: string): boolean => wish[name] !== record[name];
    const names = Object.keys(whole).filter(
        (name) => record.conflict || differs(name) || (joint.includes(name) && joint.some(differs)),
    );
    return names.length === 0
        ? null
        : {
              method: "PATCH",
              path: `/api/${kind}/${record.number}`,
              body: Object.fromEntries(names.map((name) => [name, whole[name]])),
          };
}
