// Messages that the node sends to this phone while nobody looks at the page, as the service worker
// shows them.

/** As docs/api.md has it. */
interface Message {
    /** Of one order and state: the same one may come twice. */
    readonly id: string;
    readonly order: string;
    readonly said: string;
}

/** The messages that were shown, for longer than they are on the screen. */
export interface Told {
    has(id: string): Promise<boolean>;
    add(id: string): Promise<void>;
}

/** As much of a window of ours as it takes. */
export interface Pane {
    readonly url: string;
    focus(): Promise<unknown>;
    postMessage(message: object): void;
}

export interface Desk {
    show(title: string, options: object): Promise<void>;
    /** What is on the screen under that tag. */
    shown(tag: string): Promise<readonly { close(): void }[]>;
    told: Told;
    panes(): Promise<readonly Pane[]>;
    openPane(path: string): Promise<unknown>;
}

const version = 1;
const isOrder = /^[0-9a-f]{24}$/;

/** null: it is none of ours. */
export function readMessage(text: string): Message | null {
    try {
        const { v, id, order, said } = JSON.parse(text) as Record<string, unknown>;
        const isOurs = v === version && typeof id === "string" && typeof said === "string";
        return isOurs && typeof order === "string" && isOrder.test(order)
            ? { id, order, said }
            : null;
    } catch {
        return null;
    }
}

const toldIn = "trestle.told"; // no version's: offline.ts leaves it alone
const toldMax = 64; // a repeated one comes within hours

export function makeTold(caches: Pick<CacheStorage, "open">): Told {
    const pathOf = (id: string): string => `/told/${encodeURIComponent(id)}`;
    return {
        async has(id) {
            return (await (await caches.open(toldIn)).match(pathOf(id))) !== undefined;
        },
        async add(id) {
            const cache = await caches.open(toldIn);
            await cache.put(pathOf(id), new Response());
            const oldest = (await cache.keys()).slice(0, -toldMax);
            await Promise.all(oldest.map((request) => cache.delete(request)));
        },
    };
}

/** Browsers end a subscription by which something comes that is not shown: so it is, and goes. */
async function pass(title: string, desk: Desk): Promise<void> {
    const tag = "repeated";
    await desk.show(title, { tag, silent: true });
    for (const note of await desk.shown(tag)) {
        note.close();
    }
}

/** One notification for each order, of its newest state; each message is told once. */
export async function tell(text: string, desk: Desk): Promise<void> {
    const message = readMessage(text);
    if (!message) {
        return;
    }
    const { id, order, said } = message;
    if (await desk.told.has(id)) {
        await pass(said, desk);
        return;
    }
    await desk.show(said, {
        tag: `order-${order}`,
        renotify: true,
        icon: "/order.icon-192.png",
        data: { order },
    });
    await desk.told.add(id);
}

/** A tap on it leads to the order, in the page that is open where there is one. */
export async function openOrder(order: string, desk: Desk): Promise<void> {
    const panes = await desk.panes();
    const open = panes.find(({ url }) => new URL(url).pathname === "/order");
    if (open) {
        open.postMessage({ order });
        await open.focus();
    } else {
        await desk.openPane(`/order#${order}`);
    }
}
