// What nodes answer in a run of Node's, held against the published description of the API.
import { answerFaults } from "./published.cjs";

export class Answers {
    count = 0;
    faults = new Set();

    /** @answer: see published.cjs. */
    hear(answer) {
        this.count++;
        for (const fault of answerFaults(answer)) {
            this.faults.add(`${answer.method} ${answer.path}, ${answer.status}: ${fault}`);
        }
    }

    /** Says what came of it; whether there were answers, all of them as published. */
    tell() {
        for (const fault of this.faults) console.log(fault);
        console.log(`${this.count} answers, ${this.faults.size} things in them not as published`);
        return this.count > 0 && this.faults.size === 0;
    }
}
