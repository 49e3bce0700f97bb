// How the mesh is, in words: whom this device hears, who lacks what, clocks, disk, printers.
import { isHeard } from "../base/connection";
import { count } from "../base/count";
import type { DeviceList, Mesh, Peer, PrinterStatus, Status } from "../base/protocol";
import { sayAge } from "../base/words";

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
        return { grade: "bad", text: "Refused: pair it again" };
    }
    if (peer.heard_ms_ago < 0) {
        return { grade: "warn", text: "Not heard yet" };
    }
    return isHeard(peer)
        ? { grade: "good", text: "Heard now" }
        : { grade: "warn", text: `Last heard ${sayAge(peer.heard_ms_ago)} ago` };
}

function syncOf({ behind, ahead, linked }: Peer): Said {
    const parts = [
        ...(behind > 0 ? [`lacks ${behind} of ours`] : []),
        ...(ahead > 0 ? [`has ${ahead} that are not here`] : []),
    ];
    if (parts.length > 0) {
        return { grade: linked ? "busy" : "warn", text: parts.join(", ") };
    }
    return linked
        ? { grade: "good", text: "All of it" }
        : { grade: "warn", text: "All that is known" };
}

function clockOf({ clock_offset_ms: off, linked }: Peer): Said {
    if (!linked) {
        return { grade: "warn", text: "Not known" };
    }
    const text = `${sayAge(Math.abs(off))} ${off > 0 ? "ahead" : "behind"}`;
    return Math.abs(off) > clockOffMax
        ? { grade: "bad", text }
        : { grade: "good", text: Math.abs(off) < 1_000 ? "Same" : text };
}

function stateOf(device: Device): Said {
    if (device.revoked) {
        return { grade: "good", text: "Revoked: nobody talks to it" };
    }
    return { grade: "good", text: "Retired" };
}

/** This device first, then the others as the node lists them. */
export function deviceRows(
    devices: readonly Device[],
    peers: readonly Peer[],
    told: Mesh["devices"] = [],
): DeviceRow[] {
    return devices.map((device) => {
        const { id, name, role, lane } = device;
        const own = device.own ? undefined : told.find((one) => one.device === id);
        const disk = own ? diskOf(own) : null;
        const base = { id, name: name || role, role, lane, disk, printers: own?.printers ?? [] };
        const peer = peers.find((one) => one.device === id);
        if (device.own) {
            const own: Said = { grade: "good", text: "This device" };
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
        return `${Math.floor(hours / 24)} days`;
    }
    return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

export function sizeText(bytes: number): string {
    return bytes < 1_000_000_000
        ? `${(bytes / 1_000_000).toFixed(1)} MB`
        : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

type Room = Pick<Status, "store_bytes" | "store_bytes_max">;

export function diskOf({ store_bytes: used, store_bytes_max: most }: Room): Said {
    const text = `${sizeText(used)} of ${sizeText(most)}`;
    return { grade: used > fullAt * most ? "bad" : "good", text };
}

export function stuckOf({ orders_stuck: stuck }: Status): Said {
    return stuck > 0
        ? { grade: "bad", text: `${count(stuck, "order does", "orders do")} not get on` }
        : { grade: "good", text: "None" };
}

export function printerOf({ ready, waiting, state }: PrinterStatus): Said {
    const slips = waiting > 0 ? `, ${count(waiting, "slip waits", "slips wait")}` : "";
    return ready
        ? { grade: "good", text: `Ready${slips}` }
        : { grade: "bad", text: `${state || "It does not print"}${slips}` };
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
        ...(worst.length > 0 ? [`look at ${worst.map(({ name }) => name).join(", ")}`] : []),
        ...(printers.length > 0
            ? [count(printers.length, "printer does not print", "printers do not print")]
            : []),
        ...(status.orders_stuck > 0 ? ["orders do not get on"] : []),
    ];
    if (parts.length > 0) {
        const text = parts.join("; ");
        return { grade: "warn", text: text.charAt(0).toUpperCase() + text.slice(1) };
    }
    return rows.length > 1
        ? { grade: "good", text: "Every device is heard and has everything" }
        : { grade: "good", text: "This device is alone, and well" };
}
