// This device's printers: how each is, and a test slip, with what became of it and what to do.
import { useState } from "preact/hooks";
import { printerText } from "../base/device";
import type { PrinterStatus } from "../base/protocol";
import { Icon, type IconName } from "../ui/icon";
import type { Grade } from "./health";
import type { Office } from "./office";
import { Wrong } from "./saving";
import { whyNot } from "./why";
import { counted, type Text, t } from "./words";

type Said = { readonly grade: Grade; readonly text: Text };

const ends: Readonly<Record<"printed" | "failed" | "unsure", Said>> = {
    printed: { grade: "good", text: "testPrinted" },
    failed: { grade: "bad", text: "testFailed" },
    unsure: { grade: "warn", text: "testUnsure" },
};

/** What is said of a test slip; null: there was none. */
export function testOf({ test, ready }: PrinterStatus): Said | null {
    if (test === undefined) {
        return null;
    }
    if (test !== "waits") {
        return ends[test];
    }
    return ready ? { grade: "busy", text: "testOnItsWay" } : { grade: "bad", text: "testWaits" };
}

/** As it stands by itself. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const icons: Record<Grade, IconName> = { good: "check", busy: "sync", warn: "warn", bad: "lost" };

interface Props {
    office: Office;
    printers: readonly PrinterStatus[];
    onAsked(): void;
}

export function Printers({ office, printers, onAsked }: Props) {
    return (
        <section class="panel" aria-label={t("ownPrinters")}>
            <h2>{t("ownPrinters")}</h2>
            <ul class="devices">
                {printers.map((printer) => (
                    <Row key={printer.number} office={office} printer={printer} onAsked={onAsked} />
                ))}
            </ul>
            <p class="quiet">{t("testElsewhere")}</p>
        </section>
    );
}

interface RowProps {
    office: Office;
    printer: PrinterStatus;
    onAsked(): void;
}

function Row({ office, printer, onAsked }: RowProps) {
    const [wrong, setWrong] = useState("");
    const { number, ready, waiting, state, test } = printer;
    const name = t("printerNumber", { number });
    const may = office.session.value?.capabilities.includes("print") ?? false;
    const said = testOf(printer);
    const print = async (): Promise<void> => {
        setWrong("");
        try {
            await office.send("POST", `/api/printers/${number}/test`, {});
            onAsked();
        } catch (error) {
            setWrong(whyNot(error));
        }
    };
    return (
        <li>
            <h3>{name}</h3>
            <p class={`said grade-text-${ready ? "good" : "bad"}`}>
                <Icon name={ready ? "check" : "warn"} />
                {ready ? t("printerReady") : sentence(printerText(state)) || t("printerNot")}
            </p>
            {waiting > 0 && <p>{counted("printerWaiting", waiting)}</p>}
            <div role="status">
                {said !== null && (
                    <p class={`said grade-text-${said.grade}`}>
                        <Icon name={icons[said.grade]} />
                        {t(said.text)}
                    </p>
                )}
            </div>
            <Wrong why={wrong} />
            {may && (
                <button
                    type="button"
                    class="no-print"
                    disabled={test === "waits"}
                    aria-label={t("testOf", { name })}
                    onClick={() => void print()}
                >
                    {t("testPrint")}
                </button>
            )}
        </li>
    );
}
