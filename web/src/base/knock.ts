// What the node lets this screen see, and a ticket for it. A handshake carries no header, and a
// browser does not tell why one failed.
import { become, isWanted, named, person } from "./person";
import type { Session } from "./protocol";

const answerWithin = 8_000; // ms

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...named(), "Content-Type": "application/json" };
    const signal = AbortSignal.timeout(answerWithin);
    const got = await fetch(path, { ...init, cache: "no-store", headers, signal });
    if (got.status === 401) {
        become(null); // it is over
    }
    if (!got.ok) {
        throw new Error(`the node answered ${got.status}`);
    }
    return got;
}

/** The handshake's subprotocols. Rejects where a person is to sign in first. */
export async function knock(): Promise<string[]> {
    const { capabilities }: Session = await (await ask("/api/session")).json();
    isWanted.value = !capabilities.includes("read-boards");
    if (isWanted.value) {
        throw new Error("nobody signed in who may see this");
    }
    if (person.peek() === null) {
        return [];
    }
    const init = { method: "POST", body: "{}" };
    const { ticket } = await (await ask("/api/session/ticket", init)).json();
    return ["trestle", `ticket.${ticket}`];
}
