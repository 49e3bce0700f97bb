// Time in a page that goes on as it is told, so that eight hours are played in minutes. Both
// functions run in the page, before its own scripts.

/** The page's clock and timers. A "marks" frame, which a node sends each second, takes it on by a
 * second; so does `night.advance`. What is drawn and fetched takes the time that it takes.
 * @param start ms since 1970 */
export function playClock(start) {
    const timers = new Map();
    const RealDate = Date;
    let now = start;
    let last = 0;
    let seconds = 0;
    let waiters = [];

    window.Date = class extends RealDate {
        constructor(...parts) {
            super(...(parts.length > 0 ? parts : [now]));
        }
        static now() {
            return now;
        }
    };
    const add = (then, ms, every, args) => {
        last += 1;
        timers.set(last, { at: now + Math.max(ms || 0, 1), every, call: () => then(...args) });
        return last;
    };
    window.setTimeout = (then, ms, ...args) => add(then, ms, 0, args);
    window.setInterval = (then, ms, ...args) => add(then, ms, Math.max(ms || 0, 1), args);
    window.clearTimeout = (id) => void timers.delete(id);
    window.clearInterval = window.clearTimeout;

    /** The timer that is due first, until then. */
    function dueBy(end) {
        let first = null;
        for (const [id, timer] of timers) {
            if (timer.at <= end && (first === null || timer.at < first.timer.at)) {
                first = { id, timer };
            }
        }
        return first;
    }

    function advance(ms) {
        const end = now + ms;
        for (let due = dueBy(end); due !== null; due = dueBy(end)) {
            const { id, timer } = due;
            now = Math.max(now, timer.at);
            if (timer.every > 0) {
                timer.at += timer.every;
            } else {
                timers.delete(id);
            }
            timer.call();
        }
        now = end;
    }

    function second() {
        advance(1000);
        seconds += 1;
        const done = waiters.filter(({ at }) => at <= seconds);
        waiters = waiters.filter(({ at }) => at > seconds);
        for (const { wake } of done) {
            wake();
        }
    }

    const RealSocket = WebSocket;
    window.WebSocket = class extends RealSocket {
        constructor(...parts) {
            super(...parts);
            window.night.socket = this;
            this.addEventListener("message", ({ data }) => {
                if (data.startsWith('{"type":"marks"')) {
                    second();
                }
            });
        }
    };
    window.night = {
        socket: null,
        advance,
        /** Resolves once so many seconds were played. */
        reached: (at) =>
            seconds >= at ? Promise.resolve() : new Promise((wake) => waiters.push({ at, wake })),
    };
}

/** In a customer's page, which a gateway tells nothing for up to ten seconds: plays so many of
 * them, with a "beat" at each tenth, as it would come. */
export async function playSeconds(count) {
    const channel = new MessageChannel();
    const turn = () =>
        new Promise((then) => {
            channel.port1.onmessage = then;
            channel.port2.postMessage(0);
        });
    for (let second = 1; second <= count; second++) {
        window.night.advance(1000);
        if (second % 10 === 0) {
            const data = JSON.stringify({ type: "beat", now: Date.now() });
            window.night.socket?.onmessage?.({ data });
        }
        await turn(); // what answered meanwhile is heard
    }
    channel.port1.close();
}
