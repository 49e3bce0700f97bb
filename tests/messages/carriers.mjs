// The practice push service and the practice provider of SMS behind one address of this machine,
// what goes wrong with them on purpose, and the journal of all that came.
//
// A row: {at, channel, to, status, isTaken, ...what the channel took} or {..., refused: why}.
// @to is an endpoint or a number; isTaken: it is on its way to a phone, whatever the answer.
import { appendFileSync } from "node:fs";
import { listen } from "../stripe/http.mjs";
import { PushService, Refusal } from "./push.mjs";
import { SmsProvider } from "./sms.mjs";

export const SMS_SECRET = "stall:practice-0123456789";

export class Carriers {
    journal = [];
    #faults = new Map(); // by whom it goes to

    /** @file: gets the journal, a line of JSON for each row; none without. */
    constructor({ file } = {}) {
        this.file = file;
    }

    /** @port: where it was before, or 0. */
    async open(port = 0) {
        const date = () => new Date().toUTCString();
        this.server = await listen(port, (call) => this.#answer(call), date);
        this.port = this.server.port;
        this.url = `http://127.0.0.1:${this.port}`;
        this.push ??= new PushService(this.url);
        this.sms ??= new SmsProvider({ secret: SMS_SECRET });
        return this;
    }

    /** What happens to the next that goes to @to:
     *   {status, seconds}   not taken; the answer asks to wait so long
     *   {drop: true}        taken; the connection breaks before the answer
     *   {hold}              taken; answered when the promise @hold is kept, told by @answered */
    fail(to, fault) {
        this.#faults.set(to, [...(this.#faults.get(to) ?? []), fault]);
    }

    /** The next that goes to @to is taken and not answered before release(), which is kept when the
     * whole answer was handed to the operating system. */
    hold(to) {
        let release;
        let answered;
        const hold = new Promise((resolve) => (release = resolve));
        const isAnswered = new Promise((resolve) => (answered = resolve));
        this.fail(to, { hold, answered });
        return () => {
            release();
            return isAnswered;
        };
    }

    #keep(row) {
        this.journal.push(row);
        if (this.file) appendFileSync(this.file, `${JSON.stringify(row)}\n`);
    }

    #answer(call) {
        const channel = call.path === "/sms" ? "sms" : "push";
        const at = performance.now();
        try {
            return this.#carry(channel, { at, channel, ...this[channel].take(call) });
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            const { status, message: refused } = error;
            this.#keep({ at, channel, to: call.path, status, isTaken: false, refused });
            return { status };
        }
    }

    #carry(channel, taken) {
        const fault = this.#faults.get(taken.to)?.shift() ?? {};
        const status = fault.status ?? taken.status;
        const isTaken = status < 300;
        this.#keep({ ...taken, status, isTaken });
        if (isTaken) this[channel].taken?.(taken);
        const headers = fault.seconds ? { "Retry-After": String(fault.seconds) } : {};
        if (fault.drop) return { wire: "drop" };
        const answer = { status, headers, sent: fault.answered };
        return fault.hold ? fault.hold.then(() => answer) : answer;
    }

    close() {
        return this.server.close();
    }
}
