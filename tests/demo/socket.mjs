// A WebSocket client in as much as the demo needs: text frames of a node on this machine.
import { randomBytes } from "node:crypto";
import http from "node:http";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** The frame at the start of @bytes, or null while it is not complete. */
function frameRead(bytes) {
    if (bytes.length < 2) return null;
    const short = bytes[1] & 0x7f;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < header) return null;
    const size =
        short === 126
            ? bytes.readUInt16BE(2)
            : short === 127
              ? Number(bytes.readBigUInt64BE(2))
              : short;
    if (bytes.length < header + size) return null;
    return {
        isLast: (bytes[0] & 0x80) !== 0,
        opcode: bytes[0] & 0x0f,
        payload: bytes.subarray(header, header + size),
        rest: bytes.subarray(header + size),
    };
}

/** One whole frame from a client, which must be masked. */
function frameMake(opcode, payload) {
    const mask = randomBytes(4);
    const long = payload.length > 125;
    const header = Buffer.alloc(long ? 4 : 2);
    header[0] = 0x80 | opcode;
    header[1] = 0x80 | (long ? 126 : payload.length);
    if (long) header.writeUInt16BE(payload.length, 2);
    const masked = Buffer.from(payload.map((byte, at) => byte ^ mask[at % 4]));
    return Buffer.concat([header, mask, masked]);
}

/** Reads frames off a connection and puts fragmented texts together. */
class Assembly {
    #bytes = Buffer.alloc(0);
    #parts = [];

    /** Calls @on(opcode, payload) for each whole message. */
    feed(chunk, on) {
        this.#bytes = Buffer.concat([this.#bytes, chunk]);
        for (let frame = frameRead(this.#bytes); frame; frame = frameRead(this.#bytes)) {
            this.#bytes = frame.rest;
            if (frame.opcode >= CLOSE) {
                on(frame.opcode, frame.payload);
                continue;
            }
            this.#parts.push(frame.payload);
            if (!frame.isLast) continue;
            on(TEXT, Buffer.concat(this.#parts));
            this.#parts = [];
        }
    }
}

/**
 * Opens http://127.0.0.1:@port@path as a WebSocket. Resolves to {send(object), close()};
 * @onFrame(object) for each JSON text, @onEnd() once, when it is over for any reason. @origin: of
 * the node, where the port only leads to it.
 */
export function connect(port, path, onFrame, onEnd, origin = `http://127.0.0.1:${port}`) {
    return new Promise((resolve, reject) => {
        const request = http.request({
            port,
            path,
            host: "127.0.0.1",
            agent: false,
            timeout: 3000,
            headers: {
                Connection: "Upgrade",
                Upgrade: "websocket",
                Host: new URL(origin).host,
                Origin: origin,
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
            },
        });
        request.on("error", reject);
        request.on("timeout", () => request.destroy(new Error("no answer to the handshake")));
        request.on("response", (response) => {
            response.resume();
            reject(new Error(`the handshake was answered ${response.statusCode}`));
        });
        request.on("upgrade", (_response, socket, head) => {
            const assembly = new Assembly();
            const handle = (opcode, payload) => {
                if (opcode === TEXT) onFrame(JSON.parse(payload.toString("utf8")));
                else if (opcode === PING) socket.write(frameMake(PONG, payload));
                else if (opcode === CLOSE) socket.destroy();
            };
            socket.setTimeout(0);
            socket.setNoDelay(true);
            socket.on("error", () => socket.destroy());
            socket.on("close", onEnd);
            socket.on("data", (chunk) => assembly.feed(chunk, handle));
            resolve({
                send: (object) =>
                    socket.write(frameMake(TEXT, Buffer.from(JSON.stringify(object)))),
                close: () => socket.destroy(),
            });
            if (head.length > 0) assembly.feed(head, handle);
        });
        request.end();
    });
}
