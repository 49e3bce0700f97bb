// Amounts: whole numbers of a currency's smallest unit (docs/stripe.md, A1 to A3).
import { invalid } from "./errors.mjs";

const MOST = 99_999_999;
const LEAST = { eur: 50, gbp: 30, usd: 50 };
const LEAST_OF_OTHERS = 50;
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");
const OTHERS = "aud cad chf czk dkk eur gbp hkd huf inr isk mxn nok nzd pln ron sek sgd usd zar";
const KNOWN = [...OTHERS.split(" "), ...WHOLE, ...THOUSANDTHS];

export function mustBeCurrency(currency) {
    if (!KNOWN.includes(currency))
        throw invalid(`Invalid currency: ${currency}`, "currency", "invalid_currency");
}

export function mustBeAmount(amount, currency, param = "amount") {
    if (amount > MOST) throw invalid(`At most ${MOST}.`, param, "amount_too_large");
    const least = WHOLE.includes(currency) ? 1 : (LEAST[currency] ?? LEAST_OF_OTHERS);
    if (amount < least) throw invalid("The amount is too small.", param, "amount_too_small");
    if (THOUSANDTHS.includes(currency) && amount % 10 !== 0)
        throw invalid("The last digit is 0 in this currency.", param);
}
