// An invitation as `trestle invite` prints it: where it leads and how long it is good. Its bytes
// are those of node/mesh/enrolment.h; what is secret in it is not looked at.

export interface Invitation {
    /** tcp://HOST:PORT of the device that invited. */
    readonly endpoint: string;
    /** s since 1970, by its clock. */
    readonly expires: number;
}

const prefix = "trestle1:";
const fieldsCount = 6;

function bytesOf(text: string): Uint8Array | null {
    if (!/^[A-Za-z0-9_-]+$/.test(text)) {
        return null;
    }
    try {
        const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
        return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    } catch {
        return null;
    }
}

/** The values of an array of MessagePack that holds whole numbers, texts and bytes. */
function valuesOf(bytes: Uint8Array): (number | string)[] | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values: (number | string)[] = [];
    let at = 1;
    const take = (size: number): string => {
        at += size;
        return new TextDecoder().decode(bytes.subarray(at - size, at));
    };
    const whole = (size: number): number => {
        let value = 0;
        for (let i = 0; i < size; i++) {
            value = value * 256 + view.getUint8(at++);
        }
        return value;
    };
    while (values.length < fieldsCount) {
        const head = view.getUint8(at++);
        if (head < 0x80) {
            values.push(head);
        } else if (head >= 0xa0 && head < 0xc0) {
            values.push(take(head - 0xa0));
        } else if (head === 0xc4 || head === 0xd9) {
            values.push(take(whole(1)));
        } else if (head >= 0xcc && head <= 0xcf) {
            values.push(whole(2 ** (head - 0xcc)));
        } else {
            return null;
        }
    }
    return at === bytes.length ? values : null;
}

/** Null: it is none. */
export function invitationOf(text: string): Invitation | null {
    const line = text.trim();
    const bytes = line.startsWith(prefix) ? bytesOf(line.slice(prefix.length)) : null;
    if (bytes === null || bytes[0] !== 0x90 + fieldsCount) {
        return null;
    }
    try {
        const [, , endpoint, , , expires] = valuesOf(bytes) ?? [];
        return typeof endpoint === "string" && typeof expires === "number"
            ? { endpoint, expires }
            : null;
    } catch {
        return null; // it ends too early
    }
}

export function isOfThisMachine(endpoint: string): boolean {
    return endpoint.startsWith("tcp://127.");
}

/** "4:09"; "" when it is over. */
export function remainingText(expires: number, now: number): string {
    const left = Math.floor(expires - now / 1000);
    return left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "";
}

/** The first letter that no device has. */
export function freeLane(taken: readonly string[]): string {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    return letters.find((letter) => !taken.includes(letter)) ?? "AA";
}

/** As a shell takes it, whatever is in it. */
export function quoted(text: string): string {
    return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export interface Newcomer {
    readonly role: string;
    readonly lane: string;
    readonly name: string;
}

export function inviteCommand(verb: "invite" | "pair", { role, lane, name }: Newcomer): string {
    const words = ["trestle", verb, "--role", role];
    return [
        ...words,
        ...(lane === "" ? [] : ["--lane", lane]),
        ...(name === "" ? [] : ["--name", quoted(name)]),
    ].join(" ");
}

/** What the new device runs; others reach it then, at the port that a node has by itself. */
export function joinCommand(word: string): string {
    return `trestle join ${word} --listen tcp://0.0.0.0:7450`;
}
