// Stripe's test cards: by the name of the payment method for servers, by number for people
// (docs/stripe.md, T1).
import { declined, unknownObject } from "./errors.mjs";

const DECLINED = "Your card was declined.";
export const DECLINE = {
    code: "card_declined",
    decline_code: "generic_decline",
    message: DECLINED,
};

export const CARDS = [
    { method: "pm_card_visa", number: "4242424242424242" },
    {
        method: "pm_card_visa_chargeDeclined",
        number: "4000000000000002",
        decline: DECLINE,
    },
    {
        method: "pm_card_visa_chargeDeclinedInsufficientFunds",
        number: "4000000000009995",
        decline: {
            code: "card_declined",
            decline_code: "insufficient_funds",
            message: "Your card has insufficient funds.",
        },
    },
    {
        method: "pm_card_visa_chargeDeclinedLostCard",
        number: "4000000000009987",
        decline: { code: "card_declined", decline_code: "lost_card", message: DECLINED },
    },
    {
        method: "pm_card_visa_chargeDeclinedStolenCard",
        number: "4000000000009979",
        decline: { code: "card_declined", decline_code: "stolen_card", message: DECLINED },
    },
    { method: "pm_card_authenticationRequired", number: "4000002760003184", asks: true },
    { method: "pm_card_threeDSecure2Required", number: "4000000000003220", asks: true },
    { method: "pm_card_createDispute", number: "4000000000000259", disputes: true },
    { method: "pm_card_pendingRefund", number: "4000000000007726", refund: "pending" },
    { method: "pm_card_refundFail", number: "4000000000005126", refund: "failing" },
];

export function cardOfMethod(method) {
    const card = CARDS.find((one) => one.method === method);
    if (!card) throw unknownObject("PaymentMethod", method, "payment_method");
    return card;
}

/** Whether the last digit fits the others. */
function isWhole(number) {
    const sum = [...number].toReversed().reduce((total, digit, at) => {
        const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
        return total + (value > 9 ? value - 9 : value);
    }, 0);
    return /^\d{12,19}$/.test(number) && sum % 10 === 0;
}

/** A number that is no test card may be somebody's: it is neither kept nor told. */
export function cardOfNumber(number) {
    const card = CARDS.find((one) => one.number === number);
    if (card) return card;
    if (!isWhole(number))
        throw declined({ code: "incorrect_number", message: "Your card number is incorrect." });
    throw declined({
        code: "card_declined",
        decline_code: "test_mode_live_card",
        message: "Your card was declined. This is practice: only test cards are taken.",
    });
}

export const lastFour = (card) => card.number.slice(-4);
