// The trading day: whether it is open, opening the next one, and closing it.
import { useEffect, useState } from "preact/hooks";
import type { Day } from "../base/protocol";
import { Sheet } from "../ui/sheet";
import type { Office } from "./office";
import { Outcome, useSaving, Wrong } from "./saving";
import { clockText, listed, t } from "./words";

export function DayPanel({ office }: { office: Office }) {
    const session = office.session.value;
    const number = session?.day ?? 0;
    const [day, setDay] = useState<Day | null>(null);
    const [isClosing, setClosing] = useState(false);
    const look = async (): Promise<void> => {
        const present = office.session.value?.day ?? 0;
        setDay(present === 0 ? null : await office.read<Day>("/api/day"));
    };
    const saving = useSaving(office, async () => {
        await office.refresh();
        await look();
    });
    useEffect(() => void look().catch(() => setDay(null)), [number]);
    if (session === null) {
        return null;
    }
    const may = session.capabilities.includes("day");
    const open = (next: number): void => {
        void saving.run(async () => {
            await office.send("POST", "/api/day", { day: next });
            return true;
        });
    };
    const close = async (): Promise<void> => {
        const isDone = await saving.run(async () => {
            await office.send("POST", "/api/day/close", {});
            return true;
        });
        if (isDone) {
            setClosing(false);
        }
    };
    const ask = (): void => {
        saving.clear();
        setClosing(true);
        void look().catch(() => {});
    };
    return (
        <section class="panel no-print" aria-label={t("day")}>
            <div class="panel-head">
                <h2>
                    {number === 0
                        ? t("dayNone")
                        : day?.closed
                          ? t("dayClosed", { n: number, at: clockText(day.closed_at) })
                          : t("dayOpen", { n: number })}
                </h2>
                {may && (
                    <div class="tools">
                        {(number === 0 || day?.closed) && (
                            <button
                                type="button"
                                class="primary"
                                disabled={saving.isBusy}
                                onClick={() => open(number + 1)}
                            >
                                {t("openDay", { n: number + 1 })}
                            </button>
                        )}
                        {day !== null && (
                            <button type="button" disabled={saving.isBusy} onClick={ask}>
                                {day.closed ? t("closeAgain") : t("closeDay", { n: number })}
                            </button>
                        )}
                    </div>
                )}
            </div>
            {!isClosing && <Wrong why={saving.wrong} />}
            <Outcome saving={saving} />
            {isClosing && day !== null && (
                <Sheet
                    title={t("closeTitle", { n: number })}
                    onClose={() => setClosing(false)}
                    closeText={t("close")}
                    actions={
                        <>
                            <button type="button" onClick={() => setClosing(false)}>
                                {t("cancel")}
                            </button>
                            <button
                                type="button"
                                class="primary"
                                disabled={saving.isBusy}
                                onClick={() => void close()}
                            >
                                {t("closeDay", { n: number })}
                            </button>
                        </>
                    }
                >
                    <Wrong why={saving.wrong} />
                    <p class={day.missing.length > 0 ? "flag" : ""}>
                        {day.missing.length > 0
                            ? t("closeMissing", { who: listed(day.missing) })
                            : t("closeAll")}
                    </p>
                    <p>{t("closeHow")}</p>
                </Sheet>
            )}
        </section>
    );
}
