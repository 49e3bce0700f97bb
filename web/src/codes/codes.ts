// The stall's poster and its tables' codes: what is known of them, and what a manager does.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Capability, Qr, Session, TableCode, TableList } from "../base/protocol";
import { type Node, Refusal } from "./node";
import { t } from "./words";

/** One sheet or card: where its code leads, drawn. */
export interface Drawn {
    readonly url: string;
    readonly qr: Qr;
}

/** What a poster or a card carries: by the internet, and on the stall's own network. */
export interface Codes {
    readonly far: Drawn | null;
    readonly near: Drawn | null;
}

export interface Card extends Codes {
    readonly table: number;
}

export interface CodesState {
    readonly session: Signal<Session | null>;
    readonly tables: Signal<TableList["tables"]>;
    /** Where phones of this network order; "" when this device has no door for them. */
    readonly door: Signal<string>;
    readonly poster: Signal<Codes>;
    /** To be printed: those that were asked for last. */
    readonly cards: Signal<readonly Card[]>;
    /** How many of how many are drawn; null: none are being made. */
    readonly making: Signal<{ done: number; all: number } | null>;
    /** The last thing that was done, or why it was not. */
    readonly said: Signal<string>;
    readonly isBad: Signal<boolean>;
    readonly isLoaded: ReadonlySignal<boolean>;
    can(capability: Capability): boolean;
    refresh(): Promise<void>;
    /** "" = none any more; resolves to whether it was taken. */
    setAddress(address: string): Promise<boolean>;
    /** Resolves to whether there are any now. */
    makeCards(first: number, last: number): Promise<boolean>;
    clear(table: number): Promise<void>;
    revoke(table: number): Promise<void>;
}

export const cardsMax = 40; // made at once: seven sheets of A4
export const tableMax = 99_999;
const refreshEvery = 5_000; // ms: another device may have changed something

export function orderUrl(address: string): string {
    return `${address}/order`;
}

export function tableUrl(address: string, code: string): string {
    return `${orderUrl(address)}#table=${code}`;
}

/** As a person types it into a phone: without what every browser adds. */
export function addressText(url: string): string {
    return url.replace(/^https:\/\//, "").replace(/#.*$/, "");
}

/** The tables that a person means; null when that makes no sense. */
export function tablesOf(first: number, last: number): number[] | null {
    const isWhole = Number.isInteger(first) && Number.isInteger(last);
    const isSound = isWhole && first >= 1 && last >= first && last <= tableMax;
    const count = last - first + 1;
    return isSound && count <= cardsMax ? Array.from({ length: count }, (_, i) => first + i) : null;
}

export function startCodes(node: Node): CodesState {
    const session = signal<Session | null>(null);
    const tables = signal<TableList["tables"]>([]);
    const door = signal("");
    const poster = signal<Codes>({ far: null, near: null });
    const cards = signal<readonly Card[]>([]);
    const making = signal<{ done: number; all: number } | null>(null);
    const said = signal("");
    const isBad = signal(false);
    const isLoaded = signal(false);
    let isCut = false; // what is said last is that the node does not answer

    function tell(text: string, bad = false): void {
        isCut = false;
        said.value = text;
        isBad.value = bad;
    }

    /** What goes wrong is told; false then. */
    async function attempt(work: () => Promise<void>): Promise<boolean> {
        try {
            await work();
            return true;
        } catch (error) {
            if (!(error instanceof Refusal)) {
                throw error;
            }
            tell(error.message, true);
            return false;
        }
    }

    async function draw(
        address: string,
        urlAt: (address: string) => string,
    ): Promise<Drawn | null> {
        if (address === "") {
            return null;
        }
        const url = urlAt(address);
        return { url, qr: await node.send<Qr>("POST", "/api/qr", { text: url }) };
    }

    async function drawBoth(urlAt: (address: string) => string): Promise<Codes> {
        const address = session.value?.address ?? "";
        const far = await draw(address, urlAt);
        const near = door.value === address ? null : await draw(door.value, urlAt);
        return { far, near };
    }

    async function drawPoster(): Promise<void> {
        const { far, near } = poster.value;
        const address = session.value?.address ?? "";
        const isSame =
            (far?.url ?? "") === (address && orderUrl(address)) &&
            (near?.url ?? "") ===
                (door.value && door.value !== address ? orderUrl(door.value) : "");
        if (!isSame) {
            poster.value = await drawBoth(orderUrl);
            cards.value = []; // they lead where nobody is sent any more
        }
    }

    async function read(): Promise<void> {
        session.value = await node.get<Session>("/api/session");
        const list = await node.get<TableList>("/api/tables");
        tables.value = list.tables;
        door.value = list.door ?? "";
        isLoaded.value = true;
        await drawPoster();
    }

    async function refresh(): Promise<void> {
        const isHeard = await attempt(read);
        if (isHeard && isCut) {
            tell("");
        }
        isCut = !isHeard;
    }

    function keepReading(): void {
        void refresh().then(() => node.after(refreshEvery, keepReading));
    }

    async function setAddress(address: string): Promise<boolean> {
        tell(t("oneMoment"));
        return attempt(async () => {
            await node.send("PATCH", "/api/popup", { address });
            await read();
            tell(t(address === "" ? "addressGone" : "addressSaved"));
        });
    }

    async function cardOf(table: number): Promise<Card> {
        const { code } = await node.send<TableCode>("POST", `/api/tables/${table}/code`, {});
        return { table, ...(await drawBoth((address) => tableUrl(address, code))) };
    }

    async function makeCards(first: number, last: number): Promise<boolean> {
        const wanted = tablesOf(first, last);
        if (wanted === null) {
            tell(t("badTables", { last: tableMax, most: cardsMax }), true);
            return false;
        }
        tell(t("oneMoment"));
        making.value = { done: 0, all: wanted.length };
        const isMade = await attempt(async () => {
            const made: Card[] = [];
            for (const table of wanted) {
                made.push(await cardOf(table));
                making.value = { done: made.length, all: wanted.length };
            }
            cards.value = made;
            await read();
            tell(""); // they are in sight
        });
        making.value = null;
        return isMade;
    }

    async function change(table: number, what: "clear" | "revoke", done: string): Promise<void> {
        tell(t("oneMoment"));
        await attempt(async () => {
            await node.send("POST", `/api/tables/${table}/${what}`, {});
            await read();
            tell(done);
        });
    }

    keepReading();
    return {
        session,
        tables,
        door,
        poster,
        cards,
        making,
        said,
        isBad,
        isLoaded,
        can: (capability) => session.value?.capabilities.includes(capability) ?? false,
        refresh,
        setAddress,
        makeCards,
        clear: (table) => change(table, "clear", t("wasCleared", { table })),
        async revoke(table) {
            await change(table, "revoke", t("wasRevoked", { table }));
            cards.value = cards.value.filter((card) => card.table !== table);
        },
    };
}
