// A gateway that dies at its moment, and is started again.
const STARTS = 3; // another program may have taken its port meanwhile

export class Mortal {
    #stall;
    #isLeft = false; // who ends it now does not want it back
    #back; // while it is started again
    trouble; // why it could not be, in words

    /** @stall: says what variables() of its environment are, and can makeRoom() on its disk. */
    constructor(device, stall) {
        this.device = device;
        this.#stall = stall;
    }

    /** It dies at its @at-th moment, 0 = none, of those that @only names. */
    start(at = 0, only = "") {
        this.#isLeft = false;
        return this.#start(at, only, 1);
    }

    async #start(at, only, times) {
        const { device } = this;
        device.variables = this.#stall.variables(at, only);
        try {
            await device.start();
        } catch (error) {
            if (!(at > 0) && times === STARTS) throw error;
            this.#stall.makeRoom();
            return this.#start(0, "", at > 0 ? 1 : times + 1); // it died on the way
        }
        void device.ended().then(({ signal }) => {
            if (signal !== "SIGKILL" || this.#isLeft) return;
            this.#back = this.#start(0, "", 1);
            this.#back.catch(({ message }) => (this.trouble = message)); // whoever awaits it too
        });
    }

    /** It dies, and is not started again. */
    async end() {
        this.#isLeft = true;
        await this.#back;
        if (this.device.isRunning) await this.device.kill();
    }

    /** Until it runs, should it have died. */
    async isBack() {
        await this.#back;
    }

    /** It ends well, unless its moment comes just then. */
    async stop() {
        this.#isLeft = true;
        await this.#back?.catch(() => {});
        try {
            await this.device.stop();
        } catch (error) {
            if (!error.message.includes("SIGKILL")) throw error;
        } finally {
            this.device.agent.destroy();
        }
    }
}
