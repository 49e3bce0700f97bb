#include "gateway/reconcile/schema.h"

#include "gateway/reconcile/difference.h"
#include "gateway/reconcile/reconciler.h"

enum { COUNT_MAX = INT32_MAX, SAID_BYTES_MAX = 400 };
#define MOMENT_MAX INT64_C(4102444800000)

#define FIELDS(rows) .count = sizeof(rows) / sizeof *(rows), .fields = (rows)
#define WORDS(texts) (&(const struct schema_words){sizeof(texts) / sizeof *(texts), (texts)})

static const struct schema_field wanted_fields[] = {
    {.name = "days",
     .type = SCHEMA_INT,
     .is_optional = true,
     .min = 1,
     .max = RECONCILE_DAYS_MAX,
     .note = "back from now, by the provider's clock; left out: 8"},
    {.name = "shared",
     .type = SCHEMA_BOOL,
     .is_optional = true,
     .note = "others use the provider's account, too: what names no pop-up is theirs"},
};

const struct schema reconcile_wanted_schema = {
    .name = "ReconcileWanted", .note = "How far back to look.", FIELDS(wanted_fields)};

static const char *const kinds[] = {
#define X(name, code, text, next) (code),
    DIFFERENCES(X)
#undef X
};

static const struct schema_field difference_fields[] = {
    {.name = "kind", .type = SCHEMA_ENUM, .words = WORDS(kinds)},
    {.name = "said", .type = SCHEMA_TEXT, .min = 1, .max = SAID_BYTES_MAX},
    {.name = "next",
     .type = SCHEMA_TEXT,
     .min = 1,
     .max = SAID_BYTES_MAX,
     .note = "what to do about it"},
    {.name = "order", .type = SCHEMA_HEX, .is_optional = true, .max = (int64_t)2 * ENTITY_ID_BYTES},
    {.name = "number", .type = SCHEMA_TEXT, .max = ORDER_NUMBER_TEXT_MAX},
    {.name = "payment", .type = SCHEMA_TEXT, .max = PROVIDER_ID_BYTES_MAX},
    {.name = "object",
     .type = SCHEMA_TEXT,
     .max = PROVIDER_ID_BYTES_MAX,
     .note = "the provider's id of the payment, refund or dispute; empty: the order itself"},
    {.name = "provider", .type = SCHEMA_INT, .min = -MONEY_MAX, .max = MONEY_MAX},
    {.name = "ledger", .type = SCHEMA_INT, .min = -MONEY_MAX, .max = MONEY_MAX},
};

static const struct schema difference_schema = {
    .name = "Difference", .note = "What does not match.", FIELDS(difference_fields)};

static const struct schema_field sums_fields[] = {
    {.name = "taken", .type = SCHEMA_INT, .min = INT64_MIN, .max = INT64_MAX},
    {.name = "given_back", .type = SCHEMA_INT, .min = INT64_MIN, .max = INT64_MAX},
    {.name = "held", .type = SCHEMA_INT, .min = INT64_MIN, .max = INT64_MAX},
    {.name = "disputed", .type = SCHEMA_INT, .min = INT64_MIN, .max = INT64_MAX},
};

static const struct schema sums_schema = {
    .name = "ReconciledSums", .note = "Of all that was compared.", FIELDS(sums_fields)};

static const char *const states[] = {"none", "reading", "done", "failed"};
static const char *const readings[] = {"payments", "refunds", "disputes", "orders"};

static const struct schema_field reconciliation_fields[] = {
    {.name = "state", .type = SCHEMA_ENUM, .words = WORDS(states)},
    {.name = "reading", .type = SCHEMA_ENUM, .is_optional = true, .words = WORDS(readings)},
    {.name = "objects", .type = SCHEMA_INT, .is_optional = true, .max = COUNT_MAX},
    {.name = "problem",
     .type = SCHEMA_TEXT,
     .is_optional = true,
     .max = SAID_BYTES_MAX,
     .note = "why it failed, and what to do"},
    {.name = "ended", .type = SCHEMA_INT, .is_optional = true, .max = MOMENT_MAX},
    {.name = "since", .type = SCHEMA_INT, .is_optional = true, .max = MOMENT_MAX},
    {.name = "currency", .type = SCHEMA_TEXT, .is_optional = true, .max = CURRENCY_BYTES_MAX},
    {.name = "digits", .type = SCHEMA_INT, .is_optional = true, .max = 4},
    {.name = "orders", .type = SCHEMA_INT, .is_optional = true, .max = COUNT_MAX},
    {.name = "payments", .type = SCHEMA_INT, .is_optional = true, .max = COUNT_MAX},
    {.name = "refunds", .type = SCHEMA_INT, .is_optional = true, .max = COUNT_MAX},
    {.name = "disputes", .type = SCHEMA_INT, .is_optional = true, .max = COUNT_MAX},
    {.name = "others",
     .type = SCHEMA_INT,
     .is_optional = true,
     .max = COUNT_MAX,
     .note = "that the provider listed and are not of this pop-up"},
    {.name = "matches", .type = SCHEMA_BOOL, .is_optional = true},
    {.name = "found",
     .type = SCHEMA_INT,
     .is_optional = true,
     .max = COUNT_MAX,
     .note = "differences in all; listed are the first ones"},
    {.name = "at_provider", .type = SCHEMA_OBJECT, .is_optional = true, .object = &sums_schema},
    {.name = "in_ledger", .type = SCHEMA_OBJECT, .is_optional = true, .object = &sums_schema},
    {.name = "differences",
     .type = SCHEMA_OBJECT,
     .is_optional = true,
     .is_array = true,
     .items_max = DIFFERENCES_MAX,
     .object = &difference_schema},
};

const struct schema reconciliation_schema = {
    .name = "Reconciliation",
    .note = "Orders, ledger and card provider side by side. It changes nothing.",
    FIELDS(reconciliation_fields)};
