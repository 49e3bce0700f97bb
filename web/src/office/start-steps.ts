// The way from an empty pop-up to its first order: which steps there are, which are done, and where
// one is. What is done is read off the pop-up itself, so that it goes on at any device; only what a
// person confirmed or skipped is kept in the browser.
import type { Text } from "./words";

export type StepName = "popup" | "stall" | "staff" | "menu" | "printer" | "device" | "order";
export type Mark = "done" | "skipped" | "open";

/** What there is of each. */
export interface Present {
    readonly stalls: number;
    /** People who can sign in. */
    readonly people: number;
    readonly items: number;
    readonly printers: number;
    readonly devices: number;
    readonly orders: number;
}

/** What a person said of steps, in this browser. */
export type Kept = Readonly<Partial<Record<StepName | "all", "done" | "skipped">>>;

export interface StepOf {
    readonly name: StepName;
    readonly title: Text;
    readonly how: Text;
    /** Left out: only the person can say that it is done. */
    isDone?(present: Present): boolean;
    readonly isOptional: boolean;
}

export const steps: readonly StepOf[] = [
    { name: "popup", title: "stepPopup", how: "stepPopupHow", isOptional: false },
    {
        name: "stall",
        title: "stepStall",
        how: "stepStallHow",
        isDone: ({ stalls }) => stalls > 0,
        isOptional: true,
    },
    {
        name: "staff",
        title: "stepStaff",
        how: "stepStaffHow",
        isDone: ({ people }) => people > 0,
        isOptional: true,
    },
    {
        name: "menu",
        title: "stepMenu",
        how: "stepMenuHow",
        isDone: ({ items }) => items > 0,
        isOptional: false,
    },
    {
        name: "printer",
        title: "stepPrinter",
        how: "stepPrinterHow",
        isDone: ({ printers }) => printers > 0,
        isOptional: true,
    },
    {
        name: "device",
        title: "stepDevice",
        how: "stepDeviceHow",
        isDone: ({ devices }) => devices > 1,
        isOptional: true,
    },
    {
        name: "order",
        title: "stepOrder",
        how: "stepOrderHow",
        isDone: ({ orders }) => orders > 0,
        isOptional: false,
    },
];

export function markOf({ name, isDone }: StepOf, present: Present, kept: Kept): Mark {
    if (isDone?.(present) || kept[name] === "done") {
        return "done";
    }
    return kept[name] === "skipped" ? "skipped" : "open";
}

/** The first that is neither done nor skipped; null: all are. */
export function nextOf(present: Present, kept: Kept): StepName | null {
    return steps.find((step) => markOf(step, present, kept) === "open")?.name ?? null;
}

const key = "trestle.office.start";

/** Storage may be forbidden: then nothing is kept, and the steps are asked again. */
export function readKept(): Kept {
    try {
        return JSON.parse(localStorage.getItem(key) ?? "{}") as Kept;
    } catch {
        return {};
    }
}

export function keep(kept: Kept): void {
    try {
        localStorage.setItem(key, JSON.stringify(kept));
    } catch {
        // For this page only.
    }
}
