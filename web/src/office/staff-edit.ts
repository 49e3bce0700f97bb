// People: what a form about one of them comes to. A person is a record, a role in the roster and a
// PIN: three writes, in this order, so that nobody has a PIN before it is said what it opens.
import type { Person, Role, Staff } from "../base/protocol";
import { type Entries, nameOf } from "./entry";
import { BadEntry } from "./why";
import { type Text, t } from "./words";

/** Somebody who works here, as both lists have him. */
export interface Worker {
    readonly number: number;
    readonly name: string;
    readonly hidden: boolean;
    readonly conflict: boolean;
    readonly colour: number;
    readonly hasPin: boolean;
    readonly role: Role;
    readonly isDisputed: boolean;
}

export const roleTexts: Readonly<Partial<Record<Role, Text>>> = {
    counter: "roleCounter",
    kitchen: "roleKitchen",
    pickup: "rolePickup",
    courier: "roleCourier",
    manager: "roleManager",
    owner: "roleOwner",
    organiser: "roleOrganiser",
    auditor: "roleAuditor",
    gateway: "roleGateway",
};
/** Of people: a gateway is a machine. */
export const personRoles = Object.keys(roleTexts).filter((role) => role !== "gateway") as Role[];
export const deviceRoles = Object.keys(roleTexts) as Role[];

export function roleText(role: Role): string {
    const text = roleTexts[role];
    return text === undefined ? t("roleNone") : t(text);
}

export const colours: readonly { readonly value: number; readonly text: Text }[] = [
    { value: 0, text: "colourNone" },
    { value: 0xc62828, text: "colourRed" },
    { value: 0xd35400, text: "colourOrange" },
    { value: 0xb8860b, text: "colourYellow" },
    { value: 0x2e7d32, text: "colourGreen" },
    { value: 0x1565c0, text: "colourBlue" },
    { value: 0x7b1fa2, text: "colourPurple" },
];

export function colourText(value: number): string {
    return `#${value.toString(16).padStart(6, "0")}`;
}

/** By number. */
export function workersOf(staff: readonly Staff[], people: readonly Person[]): Worker[] {
    return staff
        .map(({ number, name, hidden, conflict, colour, pin }) => {
            const person = people.find((one) => one.staff === number);
            return {
                number,
                name,
                hidden,
                conflict,
                colour,
                hasPin: pin !== "",
                role: person?.role ?? "none",
                isDisputed: person?.disputed ?? false,
            };
        })
        .sort((a, b) => a.number - b.number);
}

export interface WorkerWish {
    readonly name: string;
    readonly colour: number;
    readonly role: Role;
    /** Null: stays as it is; "": none any more. */
    readonly pin: string | null;
}

/** Throws a BadEntry. @param worker null: a new one, who needs a role and a PIN */
export function workerOf(form: Entries, worker: Worker | null): WorkerWish {
    const role = form.one("role") as Role;
    const typed = form.one("pin");
    const isTaken = form.has("pin-take");
    const name = nameOf(form.one("name"));
    if (worker === null && !personRoles.includes(role)) {
        throw new BadEntry(t("roleNeeds"));
    }
    if (!isTaken && !(typed === "" && worker !== null) && !/^[0-9]{4,12}$/.test(typed)) {
        throw new BadEntry(t("pinNeeds"));
    }
    const pin = isTaken ? "" : typed === "" ? null : typed;
    return { name, colour: Number(form.one("colour")), role, pin };
}

/** One write; `{number}` in its path stands for that of the record. */
export interface Step {
    readonly method: "POST" | "PATCH";
    readonly path: string;
    readonly body: object;
}

/** What makes @worker as wished, or a new one, whose number is @fresh: people type it. */
export function stepsOf(worker: Worker | null, wish: WorkerWish, fresh: number): Step[] {
    const { name, colour, role, pin } = wish;
    const isAll = worker?.conflict ?? false;
    const record = {
        ...(isAll || name !== worker?.name ? { name } : {}),
        ...(isAll || colour !== (worker?.colour ?? 0) ? { colour } : {}),
    };
    const steps: Step[] = [];
    if (worker === null) {
        steps.push({ method: "POST", path: "/api/staff", body: { number: fresh, ...record } });
    } else if (Object.keys(record).length > 0) {
        steps.push({ method: "PATCH", path: "/api/staff/{number}", body: record });
    }
    if (role !== (worker?.role ?? "none") || worker?.isDisputed) {
        steps.push({ method: "POST", path: "/api/staff/{number}/role", body: { role } });
    }
    if (pin !== null && (pin !== "" || worker?.hasPin)) {
        steps.push({ method: "POST", path: "/api/staff/{number}/pin", body: { pin } });
    }
    return steps;
}

/** Nobody opens anything with a number whose role and PIN are gone. */
export function removalOf(worker: Worker): Step[] {
    return [
        ...(worker.role === "none"
            ? []
            : [
                  {
                      method: "POST",
                      path: "/api/staff/{number}/role",
                      body: { role: "none" },
                  } as const,
              ]),
        ...(worker.hasPin
            ? [{ method: "POST", path: "/api/staff/{number}/pin", body: { pin: "" } } as const]
            : []),
        { method: "PATCH", path: "/api/staff/{number}", body: { hidden: true } },
    ];
}
