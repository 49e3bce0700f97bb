// The wire: requests read, answers written, whole or as a fault has them.
import http from "node:http";

const BODY_MAX = 256 * 1024;
const HERE = /^(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/;

/** Null: too large. */
async function bodyRead(request) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        size += part.length;
        if (size > BODY_MAX) return null;
        parts.push(part);
    }
    return Buffer.concat(parts);
}

/** Half of what was promised, then nothing. */
function cut(response, body) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function answerWrite(response, { status, text = "", headers, wire, sent }, date) {
    if (wire === "hang") return;
    if (wire === "drop") {
        response.destroy();
        return;
    }
    const body = Buffer.from(text);
    response.writeHead(status, { Date: date, ...headers, "Content-Length": body.length });
    if (wire === "cut") cut(response, body);
    else response.end(body, sent);
}

const plain = (status, text) => ({ status, text, headers: { "Content-Type": "text/plain" } });

async function answerTo(request, answer) {
    const { method, headers } = request;
    if (!HERE.test(headers.host ?? "")) return plain(421, "This is asked by an address here.\n");
    const body = await bodyRead(request);
    if (body === null) return plain(413, `At most ${BODY_MAX} bytes.\n`);
    const [path, query = ""] = request.url.split("?");
    return answer({ method, path, query, headers, body });
}

/**
 * Listens on loopback. @answer(call) gives {status, text, headers} or {wire}, where a call is
 * {method, path, query, headers, body}; @date() is the time it says. An answer's sent() is called
 * when the operating system has all of it.
 */
export async function listen(port, answer, date) {
    const server = http.createServer(async (request, response) => {
        response.sendDate = false;
        try {
            answerWrite(response, await answerTo(request, answer), date());
        } catch (error) {
            if (!request.destroyed || request.complete) console.error(error);
            response.destroy(); // a caller that went away, or our own mistake, told above
        }
    });
    server.keepAliveTimeout = 60_000;
    await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    return {
        ...server.address(),
        /** Breaks every connection. */
        cut: () => server.closeAllConnections(),
        close: () =>
            new Promise((resolve) => {
                server.close(resolve);
                server.closeAllConnections();
            }),
    };
}
