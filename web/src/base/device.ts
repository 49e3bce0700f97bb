// What this device has to say of itself beside its links: its printers, its software.
import type { Notice } from "./connection";
import type { PrinterStatus } from "./protocol";
import type { State } from "./store";
import { count } from "./words";

export function deviceNotices({ printers, opaque }: Pick<State, "printers" | "opaque">): Notice[] {
    const found = printers.map(printerNotice);
    return opaque === 0 ? found : [...found, newerSoftware(opaque)];
}

function printerNotice({ number, waiting, state }: PrinterStatus): Notice {
    const slips = count(waiting, "slip waits", "slips wait");
    return {
        grade: waiting > 0 ? "bad" : "warn",
        text: `Printer ${number}: ${state || "it does not answer"}`,
        age: null,
        meaning: waiting > 0 ? `${slips}. Cook from the screen.` : "Nothing waits for it yet.",
    };
}

function newerSoftware(opaque: number): Notice {
    const events = count(opaque, "event needs", "events need");
    const meaning = `${events} newer software: update this device. Nothing of it is lost.`;
    return { grade: "warn", text: "Update needed", age: null, meaning };
}
