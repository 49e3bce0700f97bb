// What this device has to say of itself beside its links: its printers, its software.
import type { Notice } from "./connection";
import type { PrinterStatus } from "./protocol";
import type { State } from "./store";
import { counted, type Text, t } from "./words";

export function deviceNotices({ printers, opaque }: Pick<State, "printers" | "opaque">): Notice[] {
    const found = printers.map(printerNotice);
    return opaque === 0 ? found : [...found, newerSoftware(opaque)];
}

/** What is wrong with a printer, by the words that the node has for it; "" = it says nothing. */
export function printerText(state: string): string {
    return state && (t(`printer_${state}` as Text) || state);
}

function printerNotice({ number, waiting, state }: PrinterStatus): Notice {
    return {
        grade: waiting > 0 ? "bad" : "warn",
        text: state
            ? t("printer", { number, state: printerText(state) })
            : t("printerSilent", { number }),
        age: null,
        meaning: waiting > 0 ? counted("slipsWait", waiting) : t("slipsNone"),
    };
}

function newerSoftware(opaque: number): Notice {
    const meaning = counted("eventsNewer", opaque);
    return { grade: "warn", text: t("updateNeeded"), age: null, meaning };
}
