// How the mesh is, in words: whom this device hears, who lacks what, clocks, disk, printers.
import { isHeard } from "../base/connection";
import { printerText } from "../base/device";
import { locale } from "../base/locale";
import type { DeviceList, Mesh, Peer, PrinterStatus, Status } from "../base/protocol";
import { counted as countedBase, t as say, sayAge } from "../base/words";
import { counted, t } from "./mesh-words";
import { listed } from "./sums-words";

export type Grade = "good" | "busy" | "warn" | "bad";

export interface Said {
    readonly grade: Grade;
    readonly text: string;
}

type Device = DeviceList["devices"][number];

export interface DeviceRow {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly lane: string;
    readonly heard: Said;
    readonly sync: Said;
    readonly clock: Said;
    /** As it told of itself lately; of this device and of those that told nothing there is none. */
    readonly disk: Said | null;
    readonly printers: readonly PrinterStatus[];
}

export const clockOffMax = 30_000; // ms: what the node warns of, too
const fullAt = 0.7; // of the map: 30 % is kept for local writes
const quiet: Said = { grade: "good", text: "–" };

function heardOf(peer: Peer): Said {
    if (peer.state === "refused") {
        return { grade: "bad", text: t("refused") };
    }
    if (peer.heard_ms_ago < 0) {
        return { grade: "warn", text: t("notYet") };
    }
    return isHeard(peer)
        ? { grade: "good", text: t("heardNow") }
        : { grade: "warn", text: t("heardAgo", { age: sayAge(peer.heard_ms_ago) }) };
}

function syncOf({ behind, ahead, linked }: Peer): Said {
    const parts = [
        ...(behind > 0 ? [counted("lacksOurs", behind)] : []),
        ...(ahead > 0 ? [counted("hasMore", ahead)] : []),
    ];
    if (parts.length > 0) {
        return { grade: linked ? "busy" : "warn", text: listed(parts) };
    }
    return linked ? { grade: "good", text: t("hasAll") } : { grade: "warn", text: t("hasKnown") };
}

function clockOf({ clock_offset_ms: off, linked }: Peer): Said {
    if (!linked) {
        return { grade: "warn", text: t("notKnown") };
    }
    const text = t(off > 0 ? "clockAhead" : "clockBehind", { age: sayAge(Math.abs(off)) });
    return Math.abs(off) > clockOffMax
        ? { grade: "bad", text }
        : { grade: "good", text: Math.abs(off) < 1_000 ? t("same") : text };
}

function stateOf(device: Device): Said {
    if (device.revoked) {
        return { grade: "good", text: t("revoked") };
    }
    return { grade: "good", text: t("retired") };
}

/** This device first, then the others as the node lists them. */
export function deviceRows(
    devices: readonly Device[],
    peers: readonly Peer[],
    told: Mesh["devices"] = [],
): DeviceRow[] {
    return devices.map((device) => {
        const { id, name, lane } = device;
        const role = say(`peer_${device.role}`);
        const own = device.own ? undefined : told.find((one) => one.device === id);
        const disk = own ? diskOf(own) : null;
        const base = { id, name: name || role, role, lane, disk, printers: own?.printers ?? [] };
        const peer = peers.find((one) => one.device === id);
        if (device.own) {
            const own: Said = { grade: "good", text: t("thisDevice") };
            return { ...base, heard: own, sync: quiet, clock: quiet };
        }
        if (peer === undefined || device.revoked || device.retired) {
            return { ...base, heard: stateOf(device), sync: quiet, clock: quiet };
        }
        return { ...base, heard: heardOf(peer), sync: syncOf(peer), clock: clockOf(peer) };
    });
}

/** "12 min", "2 h 35 min", "3 days". */
export function runningText(seconds: number): string {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) {
        return counted("days", Math.floor(hours / 24));
    }
    return hours > 0
        ? t("hoursMinutes", { hours, minutes: minutes % 60 })
        : countedBase("minutes", minutes);
}

export function sizeText(bytes: number): string {
    const isLarge = bytes >= 1_000_000_000;
    const format = new Intl.NumberFormat(locale(), {
        style: "unit",
        unit: isLarge ? "gigabyte" : "megabyte",
        minimumFractionDigits: 1,
        maximumFractionDigits: 1,
    });
    return format.format(bytes / (isLarge ? 1_000_000_000 : 1_000_000));
}

type Room = Pick<Status, "store_bytes" | "store_bytes_max">;

export function diskOf({ store_bytes: used, store_bytes_max: most }: Room): Said {
    const text = t("sizeOf", { used: sizeText(used), most: sizeText(most) });
    return { grade: used > fullAt * most ? "bad" : "good", text };
}

export function stuckOf({ orders_stuck: stuck }: Status): Said {
    return stuck > 0
        ? { grade: "bad", text: counted("notGetOn", stuck) }
        : { grade: "good", text: t("none") };
}

export function printerOf({ ready, waiting, state }: PrinterStatus): Said {
    const slips = waiting > 0 ? [counted("slipsWait", waiting)] : [];
    return ready
        ? { grade: "good", text: listed([t("ready"), ...slips]) }
        : { grade: "bad", text: listed([printerText(state) || t("notPrinting"), ...slips]) };
}

/** The first sentence: whether anybody has to do something. */
export function summaryOf(rows: readonly DeviceRow[], status: Status): Said {
    const worst = rows.filter((row) =>
        [row.heard, row.sync, row.clock, row.disk].some(
            (said) => said?.grade === "warn" || said?.grade === "bad",
        ),
    );
    const printers = [status, ...rows].flatMap((one) => one.printers).filter(({ ready }) => !ready);
    const parts = [
        ...(worst.length > 0
            ? [t("lookAt", { names: listed(worst.map(({ name }) => name)) })]
            : []),
        ...(printers.length > 0 ? [counted("printersNot", printers.length)] : []),
        ...(status.orders_stuck > 0 ? [counted("notGetOn", status.orders_stuck)] : []),
    ];
    if (parts.length > 0) {
        return { grade: "warn", text: parts.reduce((one, other) => t("apart", { one, other })) };
    }
    return rows.length > 1
        ? { grade: "good", text: t("allWell") }
        : { grade: "good", text: t("aloneWell") };
}
