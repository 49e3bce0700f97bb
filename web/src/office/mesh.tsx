// The devices: whom this one hears, what they lack, their clocks; its own disk and printers.
import { useEffect, useState } from "preact/hooks";
import type { DeviceList, Status } from "../base/protocol";
import { Icon, type IconName } from "../ui/icon";
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
import type { Office } from "./office";

const lookEvery = 2_000; // ms: a cut is to be seen within two seconds

interface Health {
    readonly devices: DeviceList["devices"];
    readonly status: Status;
}

export function Mesh({ office }: { office: Office }) {
    const [health, setHealth] = useState<Health | null>(null);
    const [problem, setProblem] = useState("");
    useEffect(() => {
        const look = async (): Promise<void> => {
            try {
                const [{ devices }, status] = await Promise.all([
                    office.read<DeviceList>("/api/devices"),
                    office.read<Status>("/api/status"),
                ]);
                setHealth({ devices, status });
                setProblem("");
            } catch (error) {
                setProblem((error as Error).message);
            }
        };
        void look();
        const timer = setInterval(() => void look(), lookEvery);
        return () => clearInterval(timer);
    }, []);
    return (
        <section class="panel" aria-label="Devices">
            <h2>Devices</h2>
            {problem !== "" && (
                <p class="flag flag-bad" role="alert">
                    {problem}
                </p>
            )}
            {health === null && problem === "" && <p role="status">Asking this device's node.</p>}
            {health !== null && <Content health={health} />}
        </section>
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

function Content({ health: { devices, status } }: { health: Health }) {
    const rows = deviceRows(devices, status.peers);
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
                    <DeviceCard key={row.id} row={row} />
                ))}
            </ul>
            <h3>This device</h3>
            <dl class="facts">
                <dt>Disk</dt>
                <dd>
                    <Mark said={diskOf(status)} />
                </dd>
                <dt>Orders that do not get on</dt>
                <dd>
                    <Mark said={stuckOf(status)} />
                </dd>
                {status.printers.map((printer) => (
                    <div key={printer.number} class="fact">
                        <dt>Printer {printer.number}</dt>
                        <dd>
                            <Mark said={printerOf(printer)} />
                        </dd>
                    </div>
                ))}
                {status.opaque > 0 && (
                    <div class="fact">
                        <dt>Software</dt>
                        <dd>
                            <Mark said={{ grade: "warn", text: "Update it: others are newer" }} />
                        </dd>
                    </div>
                )}
                <dt>Events in {status.logs === 1 ? "1 journal" : `${status.logs} journals`}</dt>
                <dd>{status.events}</dd>
                <dt>Running for</dt>
                <dd>{runningText(status.uptime_s)}</dd>
                <dt>Version</dt>
                <dd>{status.version}</dd>
            </dl>
            <p class="quiet">
                Each device tells what it hears itself: open this page on another one to see its
                side.
            </p>
        </>
    );
}

function DeviceCard({ row }: { row: DeviceRow }) {
    const { name, role, lane, heard, sync, clock } = row;
    return (
        <li>
            <h3>
                {name} <small>{lane === "" ? role : `${role}, numbers ${lane}`}</small>
            </h3>
            <dl class="facts">
                <dt>Heard</dt>
                <dd>
                    <Mark said={heard} />
                </dd>
                {sync.text !== "–" && (
                    <>
                        <dt>Has</dt>
                        <dd>
                            <Mark said={sync} />
                        </dd>
                        <dt>Clock</dt>
                        <dd>
                            <Mark said={clock} />
                        </dd>
                    </>
                )}
            </dl>
        </li>
    );
}
