// The way to notify.tsx, which is loaded where the node sends messages to phones.
import { cell } from "./cell";
import type { NotifyRoom } from "./notify";
import { changeOwn, type Own, page } from "./shop";

const room = cell<NotifyRoom | null>(null);
let isComing = false;

const isOffered = (): boolean => "messages" in page.value;

export async function fetchNotify(): Promise<void> {
    if (!isOffered() || isComing) {
        return;
    }
    isComing = true;
    try {
        room.value ??= (await import("./notify")).enter();
    } finally {
        isComing = false;
    }
}

export function Tell({ own }: { own: Own }) {
    if (!isOffered()) {
        return null;
    }
    if (!room.value) {
        void fetchNotify().catch(() => undefined); // the page is drawn again each second
        return null;
    }
    const keepTold = (told: NonNullable<Own["told"]>): void => changeOwn(own.id, { told });
    return <>{room.value.view({ own, keepTold })}</>;
}
