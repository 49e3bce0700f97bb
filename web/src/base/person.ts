// Who works at this screen: the device itself, or a person who signed in. What a person does is
// written under the own number. The token is this tab's: it outlives a reload, not the tab.
import { signal } from "@preact/signals-core";
import type { Wire } from "./socket";

export interface Person {
    readonly staff: number;
    readonly name: string;
    readonly token: string;
    /** The node shows this screen to a person alone. */
    readonly isNeeded: boolean;
}

const place = "trestle.person";

/** Null where there is no such storage, or it may not be used. */
function recall(): Person | null {
    try {
        return JSON.parse(sessionStorage.getItem(place) ?? "null");
    } catch {
        return null;
    }
}

export const person = signal<Person | null>(recall());
/** The node shows nothing until a person says who works here. */
export const isWanted = signal(false);

export function become(now: Person | null): void {
    person.value = now;
    try {
        sessionStorage.setItem(place, JSON.stringify(now));
    } catch {} // a reload asks again
}

/** Of a request in that person's name. */
export function named(token = person.peek()?.token): Record<string, string> {
    return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Nothing was heard from the last socket: it was refused, or there is no node. */
let isDoubtful = false;

const protocols = async (): Promise<string[]> =>
    person.peek() === null && !isDoubtful ? [] : import("./knock").then((it) => it.knock());

export function openWire(path: string): Wire {
    let socket: WebSocket | null = null;
    let isOver = false;
    const wire: Wire = {
        onopen: null,
        onmessage: null,
        onclose: null,
        send: (text) => socket?.send(text),
        close() {
            isOver = true;
            socket?.close();
        },
    };
    const lost = (): void => wire.onclose?.();
    protocols().then((names) => {
        if (isOver) {
            return;
        }
        isDoubtful = true;
        socket = new WebSocket(location.origin.replace("http", "ws") + path, names);
        socket.onmessage = (event) => {
            isDoubtful = false;
            wire.onmessage?.(event);
        };
        socket.onclose = lost;
    }, lost);
    return wire;
}

/** What is shown is what that person may see. */
export function followPerson(stream: { again(): void }): void {
    const before = person.peek();
    person.subscribe((now) => now !== before && stream.again());
}
