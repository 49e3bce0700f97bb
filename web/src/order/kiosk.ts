// Whether this page stands on a tablet at the stall, where one guest after the other orders: its
// address says ?kiosk. What that needs beyond the page is loaded then (guest.tsx).
import { systemClock } from "../base/clock";
import { cell } from "./cell";

type Guests = typeof import("./guest");

export const isKiosk = new URLSearchParams(location.search).has("kiosk");

/** null: it has not come, or this is no kiosk. */
export const guests = cell<Guests | null>(null);

const again = 3_000; // ms

/** Does not give up: without it nothing goes back to the start. */
export async function openKiosk(): Promise<void> {
    try {
        const came = await import("./guest");
        came.start();
        guests.value = came;
    } catch {
        systemClock.after(again, () => void openKiosk());
    }
}
