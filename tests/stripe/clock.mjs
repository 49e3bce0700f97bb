// Stripe's clock: seconds since 1970. It stands still until it is advanced, or runs with this
// machine's; what is due happens in the order of time, then of asking.

const LATEST_ALARM_MS = 2 ** 31 - 1;

export class Clock {
    #baseMs;
    #startedMs = performance.now();
    #runs;
    #speed;
    #timers = [];
    #count = 0;
    #alarm = null;

    /** @runs: with this machine's clock, @speed times as fast; otherwise time passes by advance()
     * alone. */
    constructor({ now = Math.floor(Date.now() / 1000), runs = false, speed = 1 } = {}) {
        this.#speed = speed;
        this.#baseMs = now * 1000;
        this.#runs = runs;
    }

    get runs() {
        return this.#runs;
    }

    get ms() {
        const passedMs = this.#runs ? (performance.now() - this.#startedMs) * this.#speed : 0;
        return this.#baseMs + passedMs;
    }

    get now() {
        return Math.floor(this.ms / 1000);
    }

    /** As HTTP says it: the time in @seconds. */
    dateIn(seconds) {
        return new Date(this.ms + seconds * 1000).toUTCString();
    }

    /** Does @deed, which may be asynchronous, when @seconds have passed. */
    after(seconds, deed) {
        this.#timers.push({ at: this.ms + seconds * 1000, turn: this.#count++, deed });
        this.#timers.sort((a, b) => a.at - b.at || a.turn - b.turn);
        this.#alarmSet();
    }

    /** Lets @seconds pass; resolves when all that was due meanwhile is done. */
    async advance(seconds) {
        const target = this.ms + seconds * 1000;
        while (this.#timers.length > 0 && this.#timers[0].at <= target) {
            const { at, deed } = this.#timers.shift();
            this.#set(Math.max(at, this.ms));
            await deed();
        }
        this.#set(Math.max(target, this.ms));
        this.#alarmSet();
    }

    close() {
        this.#timers = [];
        clearTimeout(this.#alarm);
    }

    #set(ms) {
        this.#baseMs = ms;
        this.#startedMs = performance.now();
    }

    #alarmSet() {
        if (!this.#runs) return;
        clearTimeout(this.#alarm);
        if (this.#timers.length === 0) return;
        const wait = Math.max(0, this.#timers[0].at - this.ms) / this.#speed;
        this.#alarm = setTimeout(() => this.advance(0), Math.min(wait, LATEST_ALARM_MS));
        this.#alarm.unref();
    }
}
