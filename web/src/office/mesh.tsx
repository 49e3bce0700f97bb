// The devices: whom this one hears, what they lack, their clocks; its own disk and printers.
import { useEffect, useState } from "preact/hooks";
import type { DeviceList, Mesh as Ears, PrinterStatus, Status } from "../base/protocol";
import { Icon, type IconName } from "../ui/icon";
import { DeviceSheet } from "./device-sheet";
import {
    type DeviceRow,
    deviceRows,
    diskOf,
    type Grade,
    printerOf,
    runningText,
    type Said,
    stuckOf,
    summaryOf,
} from "./health";
import { Hearing } from "./hearing";
import { Invite } from "./invite";
import { counted, t as tell } from "./mesh-words";
import type { Office } from "./office";
import { Outcome, useSaving } from "./saving";
import { Printers } from "./test-print";
import { t } from "./words";

const lookEvery = 2_000; // ms: a cut is to be seen within two seconds

interface Health {
    readonly devices: DeviceList["devices"];
    readonly status: Status;
    readonly mesh: Ears;
}

export function Mesh({ office }: { office: Office }) {
    const [health, setHealth] = useState<Health | null>(null);
    const [problem, setProblem] = useState("");
    const [open, setOpen] = useState("");
    const look = async (): Promise<void> => {
        try {
            const [{ devices }, status, mesh] = await Promise.all([
                office.read<DeviceList>("/api/devices"),
                office.read<Status>("/api/status"),
                office.read<Ears>("/api/mesh"),
            ]);
            setHealth({ devices, status, mesh });
            setProblem("");
        } catch (error) {
            setProblem((error as Error).message);
        }
    };
    const saving = useSaving(office, look);
    useEffect(() => {
        void look();
        const timer = setInterval(() => void look(), lookEvery);
        return () => clearInterval(timer);
    }, []);
    const may = office.session.value?.capabilities.includes("roster") ?? false;
    const device = health?.devices.find(({ id }) => id === open);
    const change = (id: string): void => {
        saving.clear();
        setOpen(id);
    };
    return (
        <>
            <section class="panel" aria-label={t("partMesh")}>
                <h2>{t("partMesh")}</h2>
                <Outcome saving={saving} />
                <div class="panel-body">
                    {problem !== "" && (
                        <p class="flag flag-bad" role="alert">
                            {problem}
                        </p>
                    )}
                    {health === null && problem === "" && <p role="status">{t("asking")}</p>}
                    {health !== null && (
                        <Content health={health} onChange={may ? change : undefined} />
                    )}
                </div>
            </section>
            {health !== null && health.status.printers.length > 0 && (
                <Printers
                    office={office}
                    printers={health.status.printers}
                    onAsked={() => void look()}
                />
            )}
            {health !== null && health.devices.length > 1 && (
                <section class="panel" aria-label={t("hearing")}>
                    <h2>{t("hearing")}</h2>
                    <div class="panel-body">
                        <Hearing devices={health.devices} mesh={health.mesh} />
                    </div>
                </section>
            )}
            {may && health !== null && (
                <section class="panel" aria-label={t("invite")}>
                    <h2>{t("invite")}</h2>
                    <Invite office={office} devices={health.devices} />
                </section>
            )}
            {device !== undefined && (
                <DeviceSheet
                    office={office}
                    device={device}
                    saving={saving}
                    onClose={() => setOpen("")}
                />
            )}
        </>
    );
}

const icons: Record<Grade, IconName> = { good: "check", busy: "sync", warn: "warn", bad: "lost" };

function Mark({ said }: { said: Said }) {
    return (
        <span class={`said grade-text-${said.grade}`}>
            {said.text !== "–" && <Icon name={icons[said.grade]} />}
            {said.text}
        </span>
    );
}

interface ContentProps {
    health: Health;
    onChange: ((id: string) => void) | undefined;
}

function Content({ health: { devices, status, mesh }, onChange }: ContentProps) {
    const rows = deviceRows(devices, status.peers, mesh.devices);
    const summary = summaryOf(rows, status);
    return (
        <>
            <p
                class={`verdict verdict-${summary.grade === "good" ? "good" : "warn"}`}
                role="status"
            >
                <Icon name={icons[summary.grade]} />
                {summary.text}
            </p>
            <ul class="devices">
                {rows.map((row) => (
                    <DeviceCard key={row.id} row={row} onChange={onChange} />
                ))}
            </ul>
            <h3>{tell("thisDevice")}</h3>
            <dl class="facts">
                <dt>{tell("disk")}</dt>
                <dd>
                    <Mark said={diskOf(status)} />
                </dd>
                <dt>{tell("stuck")}</dt>
                <dd>
                    <Mark said={stuckOf(status)} />
                </dd>
                {status.opaque > 0 && (
                    <div class="fact">
                        <dt>{tell("software")}</dt>
                        <dd>
                            <Mark said={{ grade: "warn", text: tell("updateIt") }} />
                        </dd>
                    </div>
                )}
                <dt>{counted("eventsIn", status.logs)}</dt>
                <dd>{status.events}</dd>
                <dt>{tell("runningFor")}</dt>
                <dd>{runningText(status.uptime_s)}</dd>
                <dt>{tell("version")}</dt>
                <dd>{status.version}</dd>
            </dl>
        </>
    );
}

function PrinterFacts({ printers }: { printers: readonly PrinterStatus[] }) {
    return printers.map((printer) => (
        <div key={printer.number} class="fact">
            <dt>{t("printerNumber", { number: printer.number })}</dt>
            <dd>
                <Mark said={printerOf(printer)} />
            </dd>
        </div>
    ));
}

interface CardProps {
    row: DeviceRow;
    onChange: ((id: string) => void) | undefined;
}

function DeviceCard({ row, onChange }: CardProps) {
    const { id, name, role, lane, heard, sync, clock, disk, printers } = row;
    return (
        <li>
            <h3>
                <bdi>{name}</bdi>{" "}
                <small>{lane === "" ? role : tell("roleAndLane", { role, lane })}</small>
            </h3>
            <dl class="facts">
                <dt>{tell("heard")}</dt>
                <dd>
                    <Mark said={heard} />
                </dd>
                {sync.text !== "–" && (
                    <>
                        <dt>{tell("has")}</dt>
                        <dd>
                            <Mark said={sync} />
                        </dd>
                        <dt>{tell("clock")}</dt>
                        <dd>
                            <Mark said={clock} />
                        </dd>
                    </>
                )}
                {disk !== null && (
                    <>
                        <dt>{tell("disk")}</dt>
                        <dd>
                            <Mark said={disk} />
                        </dd>
                    </>
                )}
                <PrinterFacts printers={printers} />
            </dl>
            {onChange !== undefined && (
                <button
                    type="button"
                    class="no-print"
                    aria-label={t("changeOf", { name })}
                    onClick={() => onChange(id)}
                >
                    {t("change")}
                </button>
            )}
        </li>
    );
}
