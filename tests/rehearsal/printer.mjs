// A receipt printer with a network plug: it answers what it is asked, prints the rest, and can jam.
import net from "node:net";

const DLE = 0x10;
const EOT = 0x04;
const ESC = 0x1b;
const GS = 0x1d;
const CUT = [GS, 0x56]; // GS V 66 n
/** Bytes of a command after its two, by them. */
const OPERANDS = { [ESC]: { "@": 0, t: 1, a: 1, E: 1, p: 3 }, [GS]: { "!": 1, B: 1, V: 2 } };
const HEAD_BYTES = 60;
const READY = 0x12;
const STUCK = { 1: 0x08, 3: 0x08 }; // offline; the cutter

export class Printer {
    slips = []; // as a person reads them; one that was torn, too
    isJammed = false;
    copies = false; // sabotage: each slip comes out twice
    #isAboutToJam = false;
    #slip = []; // bytes of the newest; questions are none
    #sockets = new Set();
    #server = net.createServer((socket) => this.#serve(socket));

    async open() {
        await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
        this.address = `127.0.0.1:${this.#server.address().port}`;
        return this;
    }

    close() {
        this.#server.close();
        for (const socket of this.#sockets) socket.destroy();
    }

    #serve(socket) {
        const question = [];
        this.#sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("data", (bytes) => {
            for (const byte of bytes) this.#hear(socket, question, byte);
        });
    }

    /** DLE EOT n is a question wherever it stands. */
    #hear(socket, question, byte) {
        if (question.length === 2) {
            question.length = 0;
            socket.write(Buffer.of(READY | (this.isJammed ? (STUCK[byte] ?? 0) : 0)));
        } else if (byte === [DLE, EOT][question.length]) {
            question.push(byte);
        } else {
            question.length = 0;
            this.#print(byte);
        }
    }

    #print(byte) {
        if (this.isJammed) return; // it goes nowhere
        this.#slip.push(byte);
        if (this.#slip.at(-4) === CUT[0] && this.#slip.at(-3) === CUT[1]) this.#cut();
        if (this.#isAboutToJam && this.#slip.length > HEAD_BYTES) {
            this.#isAboutToJam = false;
            this.isJammed = true;
        }
    }

    #cut() {
        const text = textOf(this.#slip);
        this.slips.push(...(this.copies ? [text, text] : [text]));
        this.#slip = [];
    }

    /** In the middle of its next slip, of which the head is out. */
    jam() {
        this.#isAboutToJam = true;
    }

    /** Somebody tears off what hangs out. */
    repair() {
        if (this.isJammed) this.#cut();
        this.isJammed = false;
    }
}

/** What is on a slip, without commands. */
function textOf(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at++) {
        const operands = OPERANDS[bytes[at]];
        if (operands) at += 1 + (operands[String.fromCharCode(bytes[at + 1])] ?? 0);
        else text += String.fromCharCode(bytes[at]);
    }
    return text;
}
