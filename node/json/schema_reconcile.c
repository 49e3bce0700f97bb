/* Shapes: a reconciliation, asked for and told. Kinds of differences are texts and no enumeration:
 * a gateway of another version may know more of them than who shows them. */
#include "node/api/reconcile.h"
#include "node/json/schema_fields.h"

enum {
    SAID_BYTES_MAX = 400,
    KIND_BYTES_MAX = 40,
    DIFFERENCES_TOLD_MAX = 500,
    LABEL_BYTES_MAX = 16
};

WORDS(states, "none", "asked", "reading", "done", "failed");
WORDS(readings, "payments", "refunds", "disputes", "orders");

/* clang-format off */
SCHEMA(reconcile_wanted, "ReconcileWanted", "How far back to look.",
    INT("days", 1, RECONCILE_DAYS_MAX, OPTIONAL,
        NOTE("back from now, by the provider's clock; left out: 8")),
    BOOL("shared", OPTIONAL,
        NOTE("others use the provider's account, too: what names no pop-up is theirs")),
    INT("day", 1, DAY_MAX, OPTIONAL,
        NOTE("the orders of this trading day alone, and what is of no order; left out: all")));

SCHEMA(difference, "Difference", "What does not match.",
    TEXT("kind", 1, KIND_BYTES_MAX, NOTE("for programs")),
    TEXT("said", 1, SAID_BYTES_MAX, NOTE("for a person")),
    TEXT("next", 1, SAID_BYTES_MAX, NOTE("what to do about it")),
    HEX("order", ID_DIGITS, OPTIONAL),
    TEXT("number", 0, LABEL_BYTES_MAX),
    TEXT("payment", 0, PROVIDER_ID_BYTES_MAX),
    TEXT("object", 0, PROVIDER_ID_BYTES_MAX,
        NOTE("the provider's id of the payment, refund or dispute; empty: the order itself")),
    MONEY("provider"),
    MONEY("ledger"));

SCHEMA(reconciled_sums, "ReconciledSums", "Of all that was compared.",
    INT("taken", INT64_MIN, INT64_MAX),
    INT("given_back", INT64_MIN, INT64_MAX),
    INT("held", INT64_MIN, INT64_MAX),
    INT("disputed", INT64_MIN, INT64_MAX));

SCHEMA(reconciliation, "Reconciliation",
    "Orders, ledger and card provider side by side. It changes nothing.",
    ENUM("state", states, NOTE("asked: a gateway was, and has not answered yet")),
    TEXT("gateway", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("who told it; left out: this device")),
    ENUM("reading", readings, OPTIONAL),
    COUNT("objects", OPTIONAL),
    TEXT("problem", 1, SAID_BYTES_MAX, OPTIONAL, NOTE("why it failed, and what to do")),
    COUNT("ended", OPTIONAL),
    COUNT("since", OPTIONAL, NOTE("payments older than that were not looked at")),
    INT("days", 1, RECONCILE_DAYS_MAX, OPTIONAL,
        NOTE("days, shared and day are of the wish: this answers no other")),
    BOOL("shared", OPTIONAL),
    INT("day", 1, DAY_MAX, OPTIONAL, NOTE("the orders of that trading day; left out: all")),
    TEXT("currency", 0, CURRENCY_BYTES_MAX, OPTIONAL),
    INT("digits", 0, 4, OPTIONAL),
    COUNT("orders", OPTIONAL),
    COUNT("payments", OPTIONAL),
    COUNT("refunds", OPTIONAL),
    COUNT("disputes", OPTIONAL),
    COUNT("others", OPTIONAL, NOTE("that the provider listed and are not of this pop-up")),
    BOOL("matches", OPTIONAL),
    COUNT("found", OPTIONAL, NOTE("differences in all; listed are the first ones")),
    INT("owed", INT64_MIN, INT64_MAX, OPTIONAL,
        NOTE("what the orders that were compared come to, less what was paid otherwise")),
    COUNT("tip", OPTIONAL, NOTE("of `owed`: no sales")),
    OBJECT("in_ledger", schema_reconciled_sums, OPTIONAL),
    OBJECT("at_provider", schema_reconciled_sums, OPTIONAL),
    OBJECT("differences", schema_difference, MANY(0, DIFFERENCES_TOLD_MAX), OPTIONAL));
/* clang-format on */
