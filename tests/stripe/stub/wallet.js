// The express checkout element's frame: one button, and in place of a wallet's own sheet a choice
// of cards that can be approved or cancelled.
import { abandon, confirm, outcome, serve } from "./pay.js";

const DATES = { exp_month: "12", exp_year: "2034", cvc: "123" };

const alertNode = document.querySelector("[role=alert]");
const openNode = document.querySelector("#open");
const sheet = document.querySelector("section");

function show(isOpen) {
    sheet.hidden = !isOpen;
    openNode.hidden = isOpen;
}

const tell = serve({
    validate: () => ({}),
    abandon,
    outcome,

    /** Of the page's domain: which wallets there are. */
    async available({ domain }) {
        const answer = await fetch(`/practice/wallets?${new URLSearchParams({ domain })}`);
        return await answer.json();
    },

    open() {
        alertNode.textContent = "";
        show(true);
    },

    async confirm(asked) {
        const card = { number: document.querySelector("select").value, ...DATES };
        const result = await confirm(asked, card);
        alertNode.textContent = result.error?.message ?? "";
        show(false);
        return result;
    },
});

openNode.addEventListener("click", () => tell("click"));
document.querySelector("#approve").addEventListener("click", () => tell("approve"));
document.querySelector("#cancel").addEventListener("click", () => {
    show(false);
    tell("cancel");
});
