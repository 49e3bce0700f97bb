// The express checkout element's frame: one button, which pays with a card that is good.
import { confirm, outcome, serve } from "./pay.js";

const CARD = { number: "4242424242424242", exp_month: "12", exp_year: "2034", cvc: "123" };

const alertNode = document.querySelector("[role=alert]");

const tell = serve({
    validate: () => ({}),
    outcome,

    async confirm(asked) {
        const result = await confirm(asked, CARD);
        alertNode.textContent = result.error?.message ?? "";
        return result;
    },
});

document.querySelector("button").addEventListener("click", () => tell("click"));
