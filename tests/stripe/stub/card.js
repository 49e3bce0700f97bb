// The payment element's frame: a card's number, date and code, which stay here.
import { abandon, confirm, outcome, serve } from "./pay.js";

const form = document.querySelector("form");
const alertNode = document.querySelector("[role=alert]");
const { number, expiry, cvc } = form.elements;

const digitsOf = ({ value }) => value.replace(/\D/g, "");

function datesOf() {
    const digits = digitsOf(expiry);
    return { exp_month: digits.slice(0, 2), exp_year: `20${digits.slice(2, 4)}` };
}

function isAhead({ exp_month: month, exp_year: year }) {
    const now = new Date();
    const isMonth = Number(month) >= 1 && Number(month) <= 12;
    return isMonth && new Date(Number(year), Number(month)) > now;
}

/** Field: [is it right, the code if it is not, its sentence]. */
const CHECKS = [
    [
        number,
        () => /^\d{12,19}$/.test(digitsOf(number)),
        "incomplete_number",
        "Your card number is incomplete.",
    ],
    [
        expiry,
        () => digitsOf(expiry).length === 4 && isAhead(datesOf()),
        "incomplete_expiry",
        "Your card's expiration date is incomplete or in the past.",
    ],
    [
        cvc,
        () => /^\d{3,4}$/.test(digitsOf(cvc)),
        "incomplete_cvc",
        "Your card's security code is incomplete.",
    ],
];

const isComplete = () => CHECKS.every(([, isRight]) => isRight());
const isEmpty = () => CHECKS.every(([field]) => field.value === "");

function show(message) {
    alertNode.textContent = message;
    return message;
}

const deeds = {
    abandon,

    validate() {
        for (const [field, isRight] of CHECKS)
            field.setAttribute("aria-invalid", String(!isRight()));
        const wrong = CHECKS.find(([, isRight]) => !isRight());
        if (!wrong) return show("") || {};
        const [field, , code, message] = wrong;
        field.focus();
        show(message);
        return { error: { type: "validation_error", code, message } };
    },

    async confirm(asked) {
        const card = { number: digitsOf(number), ...datesOf(), cvc: digitsOf(cvc) };
        const result = await confirm(asked, card);
        show(result.error?.message ?? "");
        return result;
    },

    async outcome(asked) {
        const result = await outcome(asked);
        show(result.error?.message ?? "");
        return result;
    },

    focus() {
        number.focus();
    },

    clear() {
        form.reset();
    },
};

const tell = serve(deeds);

form.addEventListener("input", () => {
    const value = { type: "card" };
    tell("change", { complete: isComplete(), empty: isEmpty(), collapsed: false, value });
});
form.addEventListener("submit", (event) => event.preventDefault());
