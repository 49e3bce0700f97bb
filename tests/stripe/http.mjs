// The wire: requests read, answers written, whole or as a fault has them.
import http from "node:http";

const BODY_MAX = 256 * 1024;
const HERE = /^(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/;

async function bodyRead(request) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        size += part.length;
        if (size > BODY_MAX) throw new Error("the body is too large");
        parts.push(part);
    }
    return Buffer.concat(parts);
}

/** Half of what was promised, then nothing. */
function cut(response, body) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function answerWrite(response, { status, text = "", headers, wire }, date) {
    if (wire === "hang") return;
    if (wire === "drop") {
        response.destroy();
        return;
    }
    const body = Buffer.from(text);
    response.writeHead(status, { Date: date, ...headers, "Content-Length": body.length });
    if (wire === "cut") cut(response, body);
    else response.end(body);
}

/**
 * Listens on loopback. @answer(call) gives {status, text, headers} or {wire}, where a call is
 * {method, path, query, headers, body}; @date() is the time it says.
 */
export async function listen(port, answer, date) {
    const server = http.createServer(async (request, response) => {
        try {
            response.sendDate = false;
            if (!HERE.test(request.headers.host ?? "")) throw new Error("asked by another name");
            const { method, headers } = request;
            const [path, query = ""] = request.url.split("?");
            const body = await bodyRead(request);
            const answered = await answer({ method, path, query, headers, body });
            answerWrite(response, answered, date());
        } catch (error) {
            if (process.env.STRIPE_TROUBLE) console.error(error);
            response.destroy();
        }
    });
    server.keepAliveTimeout = 60_000;
    await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    return {
        port: server.address().port,
        close: () =>
            new Promise((resolve) => {
                server.close(resolve);
                server.closeAllConnections();
            }),
    };
}
