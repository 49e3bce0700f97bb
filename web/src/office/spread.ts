// How far something that was saved has got: which other devices hold it.
import type { DeviceList, Status } from "../base/protocol";
import { counted, listed, t } from "./words";

export interface Spread {
    /** Other devices that hold all that this one does. */
    readonly holding: number;
    /** Names of those that do not yet. */
    readonly lacking: readonly string[];
}

/** Null: this device's own count does not have it yet.
 * @param before how many events there were before it was saved */
export function spreadOf(
    { events, peers }: Pick<Status, "events" | "peers">,
    devices: DeviceList["devices"],
    before: number,
): Spread | null {
    if (events <= before) {
        return null;
    }
    const gone = new Set(
        devices.filter(({ revoked, retired }) => revoked || retired).map(({ id }) => id),
    );
    const others = peers.filter(({ device, linked }) => linked || !gone.has(device));
    const lacking = others.filter(({ linked, behind }) => !linked || behind > 0);
    return {
        holding: others.length - lacking.length,
        lacking: lacking.map(({ name, role }) => name || role),
    };
}

/** A sentence or two. */
export function spreadText(spread: Spread | null): string[] {
    if (spread === null) {
        return [t("savedHere")];
    }
    const { holding, lacking } = spread;
    if (holding === 0 && lacking.length === 0) {
        return [t("savedAlone")];
    }
    return [
        holding === 0 ? t("savedHere") : counted("savedOn", holding),
        ...(lacking.length > 0 ? [t("savedLacking", { who: listed(lacking) })] : []),
    ];
}
