// Who hears whom: what each device tells of the others, put side by side, so that a cut in one
// direction is seen.
import { isHeard } from "../base/connection";
import type { DeviceList, Mesh } from "../base/protocol";
import { counted, t } from "./words";

type Device = DeviceList["devices"][number];
type Told = Mesh["devices"][number];
type ToldPeer = Told["peers"][number];

/** self: the same device. untold: the one that would hear told nothing lately. */
export type Ear = "self" | "hears" | "deaf" | "untold";

export interface Cell {
    readonly id: string;
    readonly name: string;
    readonly ear: Ear;
    /** The clock of the one that is heard goes wrong, as the one that hears it says. */
    readonly isClockOff: boolean;
}

export interface Hearer {
    readonly id: string;
    readonly name: string;
    readonly told: Told | undefined;
    readonly cells: readonly Cell[];
    /** Events that somebody whom it hears has, and it has not; null: it told nothing. */
    readonly lacks: number | null;
}

const clockOffMax = 30_000; // ms

function cellOf(told: Told | undefined, hearer: Device, other: Device): Cell {
    const name = other.name || other.role;
    const base = { id: other.id, name, isClockOff: false };
    if (hearer.id === other.id) {
        return { ...base, ear: "self" };
    }
    if (told === undefined) {
        return { ...base, ear: "untold" };
    }
    const peer = told.peers.find(({ device }) => device === other.id);
    if (peer === undefined) {
        // It had no room to tell of all, or does not know that one yet.
        return { ...base, ear: told.others > 0 ? "untold" : "deaf" };
    }
    const isClockOff = Math.abs(peer.clock_offset_ms) > clockOffMax;
    return { ...base, ear: hears(peer) ? "hears" : "deaf", isClockOff };
}

function hears({ state, heard_ms_ago }: ToldPeer): boolean {
    return heard_ms_ago >= 0 && isHeard({ state, heard_ms_ago });
}

/** A row for each device of the pop-up, in the order of the list, with a cell for each of them. */
export function hearersOf(devices: readonly Device[], mesh: Mesh): Hearer[] {
    const present = devices.filter(({ revoked, retired }) => !revoked && !retired);
    return present.map((device) => {
        const told = mesh.devices.find((one) => one.device === device.id);
        return {
            id: device.id,
            name: device.name || device.role,
            told,
            cells: present.map((other) => cellOf(told, device, other)),
            lacks: told ? told.peers.reduce((most, { ahead }) => Math.max(most, ahead), 0) : null,
        };
    });
}

/** One sentence for each pair of which one does not hear the other, cuts in one direction first. */
export function cutsOf(hearers: readonly Hearer[]): string[] {
    const one: string[] = [];
    const both: string[] = [];
    hearers.forEach((a, at) => {
        hearers.slice(at + 1).forEach((b, beyond) => {
            const there = a.cells[at + 1 + beyond]?.ear;
            const back = b.cells[at]?.ear;
            if (there === "deaf" && back === "deaf") {
                both.push(t("cutBoth", { one: a.name, other: b.name }));
            } else if (there === "deaf") {
                one.push(cutText(a.name, b.name, back === "hears"));
            } else if (back === "deaf") {
                one.push(cutText(b.name, a.name, there === "hears"));
            }
        });
    });
    return [...one, ...both];
}

function cutText(deaf: string, other: string, isHeard: boolean): string {
    return t(isHeard ? "cutOneWay" : "cutOf", { one: deaf, other });
}

export function lacksText(lacks: number | null): string {
    return lacks === null ? "–" : lacks === 0 ? t("lacksNothing") : counted("lacks", lacks);
}
