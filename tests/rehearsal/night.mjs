// The night itself: guests come by the score, staff do what their screens show, faults begin and
// end.
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../demo/wait.mjs";
import { say } from "../demo/words.mjs";
import { Book, OVER } from "./book.mjs";
import { FAULTS } from "./faults.mjs";
import { Papers } from "./papers.mjs";
import { Phone } from "./phones.mjs";
import { CAPTURED, dueOf, takenOf } from "./promises.mjs";
import { Counter, Kitchen, Pickup } from "./staff.mjs";

const OPEN_MAX = 250; // orders that are not handed over: then guests wait outside
const OUTSIDE_SECONDS = 120;
const HOME_SECONDS = 240;
const FAULT_SECONDS = 8; // at most, however slowly guests come; what it waits for comes on top

export class Night {
    book = new Book();
    felt = []; // {kind, isFelt}
    #come = 0; // guests so far
    #comers = []; // {at, resolve}: who waits for so many

    /** @pace: guests a second, when nobody has to wait. */
    constructor(cast, score, { pace }) {
        Object.assign(this, { cast, score, pace });
        const { book } = this;
        const sellers = ["counter", "bar", "tablet"].map((name) => [
            name,
            new Counter(cast[name], book),
        ]);
        this.sellers = Object.fromEntries(sellers);
        this.papers = new Papers(cast);
        this.kitchen = new Kitchen(cast.kitchen, book, this.papers);
        this.pickup = new Pickup(cast.pickup, book);
        const { account, uplinkPort: port } = cast;
        const origin = cast.gateway.url;
        this.phones = Array.from({ length: score.phones }, (_, at) => {
            return new Phone({ name: `phone ${at + 1}`, port, origin, account, book });
        });
    }

    get staff() {
        return [...Object.values(this.sellers), this.kitchen, this.pickup];
    }

    /** Staff's screens that were looked at to the end. */
    get boards() {
        const { counter, bar } = this.sellers;
        return [counter.board, bar.board, ...this.kitchen.boards, this.pickup.board];
    }

    get pages() {
        return this.phones.map(({ page }) => page);
    }

    async open() {
        for (const one of this.staff) await one.open();
        await Promise.all(this.phones.map((phone) => phone.open()));
        say(`${this.boards.length} boards and ${this.phones.length} phones look on`);
    }

    async play() {
        const faults = this.#faults().catch((error) => {
            this.failure ??= error;
        });
        const begun = performance.now();
        for (const [at, wish] of this.score.orders.entries()) {
            await pause(begun + (at * 1000) / this.pace - performance.now());
            await this.#door();
            this.#call(at);
            const seller =
                typeof wish.by === "number" ? this.phones[wish.by] : this.sellers[wish.by];
            seller.take(wish);
        }
        this.#call(Number.POSITIVE_INFINITY);
        await faults;
        this.#look();
        say("the last guest has come, all faults have ended");
    }

    /** Guests wait outside while there are too many inside. Somebody's trouble ends the night. */
    async #door() {
        this.#look();
        if (this.book.open < OPEN_MAX) return;
        await until("the kitchen to catch up", OUTSIDE_SECONDS, () => {
            this.#look();
            return this.book.open < OPEN_MAX;
        });
    }

    #look() {
        const people = [...this.staff.map(({ queue }) => queue), ...this.phones];
        const trouble = people.find((one) => one.trouble)?.trouble;
        this.failure ??= trouble;
        if (this.failure) throw this.failure;
    }

    #call(at) {
        this.#come = at;
        this.#comers = this.#comers.filter((comer) => comer.at > at || comer.resolve());
    }

    #reached(at) {
        if (this.#come >= at) return Promise.resolve();
        return new Promise((resolve) => this.#comers.push({ at, resolve }));
    }

    /** One after the other, as the score says. */
    async #faults() {
        for (const incident of this.score.incidents) {
            await this.#reached(incident.from);
            const { begin, end } = FAULTS[incident.kind];
            await begin(this, incident);
            await Promise.race([this.#reached(incident.to), pause(FAULT_SECONDS * 1000)]);
            this.felt.push({ kind: incident.kind, isFelt: await end(this, incident) });
        }
    }

    /** Until all is served, taken and printed, or that does not come; then all go home. */
    async goHome() {
        await this.#await(
            "all to be served",
            () => this.#isServed(),
            () => this.#standing(),
        );
        await this.#await("the provider", () => this.#isTaken());
        await this.#await("the printers", () => this.papers.lacks(this.book).length === 0);
        await this.#await("the screens", () => this.#areShown());
        this.endedAt = performance.now();
        for (const board of this.boards) await board.close();
        for (const phone of this.phones) await phone.close();
        this.kitchen.close();
        await this.cast.linked(this.cast.own);
        await this.cast.equal(this.cast.own);
    }

    /** What does not come is the judge's to say. */
    async #await(what, isSo, standing) {
        const look = () => {
            this.#look();
            return isSo();
        };
        try {
            await until(what, HOME_SECONDS, look, standing);
        } catch (error) {
            if (this.failure) throw this.failure;
            say(error.message);
        }
    }

    #isServed() {
        const people = [...this.staff.map(({ queue }) => queue), ...this.phones];
        return people.every(({ isIdle }) => isIdle) && this.book.open === 0;
    }

    #standing() {
        const left = [...this.book.orders.values()].filter(({ told }) => !told.has(OVER));
        const some = left.slice(0, 5).map(({ number, guest, by, told }) => {
            return `${number} of ${guest} (${by}), told ${[...told.keys()].join(" ") || "nothing"}`;
        });
        const busy = [...this.staff.map(({ queue }) => queue), ...this.phones].filter(
            ({ isIdle }) => !isIdle,
        );
        const count = `${left.length} of ${this.book.orders.size} are open`;
        return `${count}, ${busy.length} people are busy: ${some.join("; ")}`;
    }

    #isTaken() {
        const taken = takenOf(this.cast.account.journal.moves);
        const isDone = (order) => (taken.get(order.id)?.[CAPTURED] ?? 0) >= dueOf(order);
        return [...this.book.orders.values()].every(isDone);
    }

    #areShown() {
        const { boards, phones, book } = this;
        const isRight = (screen, order) =>
            order.id === screen.veiled || screen.rightAt(order, OVER) < Number.POSITIVE_INFINITY;
        const areRight = (screen, orders) => orders.every((order) => isRight(screen, order));
        const all = [...book.orders.values()];
        return (
            boards.every((board) => areRight(board, all)) &&
            phones.every(({ page }) => areRight(page, book.ofPhone(page.name)))
        );
    }
}
