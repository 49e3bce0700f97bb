// The lines of a Checkout Session: what is bought, each with a price of its own
// (docs/stripe.md, S1).
import { invalid } from "./errors.mjs";
import { Table } from "./lists.mjs";
import { mustBeAmount, mustBeCurrency } from "./money.mjs";

function priced(account, { currency, unit_amount: each }) {
    return {
        id: account.id("price"),
        object: "price",
        active: false,
        billing_scheme: "per_unit",
        created: account.now,
        currency,
        custom_unit_amount: null,
        livemode: false,
        lookup_key: null,
        metadata: {},
        nickname: null,
        product: account.id("prod"),
        recurring: null,
        tax_behavior: "unspecified",
        tiers_mode: null,
        transform_quantity: null,
        type: "one_time",
        unit_amount: each,
        unit_amount_decimal: String(each),
    };
}

function made(account, { quantity, price_data: price }) {
    const amount = quantity * price.unit_amount;
    return {
        id: account.id("li"),
        object: "item",
        adjustable_quantity: null,
        amount_discount: 0,
        amount_subtotal: amount,
        amount_tax: 0,
        amount_total: amount,
        currency: price.currency,
        description: price.product_data.name,
        metadata: {},
        price: priced(account, price),
        quantity,
    };
}

/** {items, currency, total} of @lines; throws what Stripe answers when nobody can pay them. */
export function itemsOf(account, lines) {
    if (lines.length === 0) throw invalid("A session needs a line.", "line_items");
    const [{ currency }] = lines.map(({ price_data: price }) => price);
    mustBeCurrency(currency);
    if (lines.some(({ price_data: price }) => price.currency !== currency))
        throw invalid("All lines are in one currency.", "line_items");
    const items = new Table("item");
    for (const line of lines) items.add(made(account, line));
    const total = items.all.reduce((sum, { amount_total: amount }) => sum + amount, 0);
    mustBeAmount(total, currency, "line_items");
    return { items, currency, total };
}
