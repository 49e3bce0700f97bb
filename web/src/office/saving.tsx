// Saving in the office: one thing at a time, with why not, and how far it got.
import { useEffect, useState } from "preact/hooks";
import type { DeviceList, Status } from "../base/protocol";
import { Icon } from "../ui/icon";
import type { Office } from "./office";
import { type Spread, spreadOf, spreadText } from "./spread";
import { whyNot } from "./why";
import { t } from "./words";

const lookEvery = 1_000; // ms

export interface Saving {
    readonly isBusy: boolean;
    /** Why the last one was not saved; "" = it was. */
    readonly wrong: string;
    /** What came of the last one. */
    readonly said: readonly string[];
    /** Does @work, which resolves to whether anything was written; true when it did not throw. */
    run(work: () => Promise<boolean>): Promise<boolean>;
    /** Forgets what came of the last one: another form was opened. */
    clear(): void;
}

export function useSaving(office: Office, onSaved: () => Promise<void>): Saving {
    const [isBusy, setBusy] = useState(false);
    const [wrong, setWrong] = useState("");
    const [before, setBefore] = useState<number | null>(null);
    const [spread, setSpread] = useState<Spread | null>(null);
    const [isIdle, setIdle] = useState(false);
    const isDone = spread !== null && spread.lacking.length === 0;
    useEffect(() => {
        if (before === null || isDone) {
            return;
        }
        let isOver = false;
        const look = async (): Promise<void> => {
            try {
                const [status, { devices }] = await Promise.all([
                    office.read<Status>("/api/status"),
                    office.read<DeviceList>("/api/devices"),
                ]);
                if (!isOver) {
                    setSpread(spreadOf(status, devices, before));
                }
            } catch {
                // What was saved stays saved; how far it got is looked for again.
            }
        };
        void look();
        const timer = setInterval(() => void look(), lookEvery);
        return () => {
            isOver = true;
            clearInterval(timer);
        };
    }, [before, isDone]);
    return {
        isBusy,
        wrong,
        said: isIdle ? [t("nothingChanged")] : before === null ? [] : spreadText(spread),
        clear() {
            setWrong("");
            setBefore(null);
            setIdle(false);
        },
        async run(work) {
            setBusy(true);
            setWrong("");
            setIdle(false);
            try {
                const { events } = await office.read<Status>("/api/status");
                const isWritten = await work();
                setSpread(null);
                setBefore(isWritten ? events : null);
                setIdle(!isWritten);
                await onSaved();
                return true;
            } catch (error) {
                setWrong(whyNot(error));
                await onSaved().catch(() => {});
                return false;
            } finally {
                setBusy(false);
            }
        },
    };
}

/** Where a panel says what came of saving. */
export function Outcome({ saving }: { saving: Saving }) {
    return (
        <div class="saved" role="status">
            {saving.said.map((sentence) => (
                <p key={sentence}>
                    <Icon name="check" /> {sentence}
                </p>
            ))}
        </div>
    );
}

/** Where a form says why not. */
export function Wrong({ why }: { why: string }) {
    return why === "" ? null : (
        <p class="flag flag-bad" role="alert">
            {why}
        </p>
    );
}
