#include "gateway/stripe/reply.h"

#include <jansson.h>
#include <string.h>

#include "gateway/stripe/request.h"
#include "node/json/hex.h"

static const json_t *root_of(const struct stripe_reply *reply)
{
    return (const json_t *)(const void *)reply;
}

int stripe_reply_parse(struct bytes body, struct stripe_reply **ret_reply)
{
    json_error_t error;
    if (body.size > REPLY_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    /* What other software put into metadata must not hide all that is on a page. */
    json_t *value = json_loadb((const char *)body.data, body.size, JSON_ALLOW_NUL, &error);
    if (!json_is_object(value)) {
        json_decref(value);
        return ERR_MALFORMED;
    }
    *ret_reply = (struct stripe_reply *)(void *)value;
    return 0;
}

void stripe_reply_free(struct stripe_reply *reply)
{
    json_decref((json_t *)(void *)reply);
}

/* --- fields; absent, null and of another type are alike --- */

static struct bytes text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? bytes_of(json_string_value(value), json_string_length(value))
                                 : bytes_of(NULL, 0);
}

static bool is_text(const json_t *object, const char *name, const char *text)
{
    return bytes_equal(text_of(object, name), bytes_of_text(text));
}

/* An id may come as the object itself, when it was expanded. */
static struct bytes id_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_object(value) ? text_of(value, "id") : text_of(object, name);
}

/* False when there is one that is no amount. */
static bool amount_of(const json_t *object, const char *name, int64_t *ret_minor)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_typeof(value) == JSON_NULL) {
        *ret_minor = 0;
        return true;
    }
    *ret_minor = json_integer_value(value);
    return json_typeof(value) == JSON_INTEGER && *ret_minor >= 0 && *ret_minor <= MONEY_MAX;
}

/* Seconds since 1970; 0 when there are none. */
static int64_t time_of(const json_t *object, const char *name)
{
    const int64_t seconds = json_integer_value(json_object_get(object, name));
    return seconds > 0 ? seconds : 0;
}

/* As the ledger takes it. */
static bool is_name(struct bytes name, size_t size_max)
{
    return name.size > 0 && name.size <= size_max && text_is_clean(name);
}

static bool is_id(struct bytes id)
{
    return is_name(id, PROVIDER_ID_BYTES_MAX);
}

/* --- metadata --- */

static void metadata_read(const json_t *object, struct stripe_fact *fact)
{
    const json_t *metadata = json_object_get(object, "metadata");
    fact->has_order =
        hex_read(text_of(metadata, STRIPE_META_POPUP), fact->popup.bytes, POPUP_ID_BYTES) &&
        hex_read(text_of(metadata, STRIPE_META_ORDER), fact->order.bytes, ENTITY_ID_BYTES);
    if (!hex_read(text_of(metadata, STRIPE_META_DRAFT), fact->draft, HASH_BYTES)) {
        memset(fact->draft, 0, sizeof fact->draft);
    }
}

/* --- objects --- */

struct word {
    const char *text;
    int value;
};

/* False when it is none of them. */
static bool word_of(const json_t *object, const char *name, const struct word *words, size_t count,
                    int *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (is_text(object, name, words[i].text)) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

static const struct word intent_words[] = {
    {"requires_payment_method", INTENT_CREATED},
    {"requires_confirmation", INTENT_CREATED},
    {"requires_action", INTENT_PROCESSING},
    {"processing", INTENT_PROCESSING},
    {"requires_capture", INTENT_HELD},
    {"canceled", INTENT_CANCELED},
    {"succeeded", INTENT_SUCCEEDED},
};

const char *const stripe_attempt_names[STRIPE_ATTEMPTS_COUNT] = {
    [STRIPE_ATTEMPT_NONE] = "none",
    [STRIPE_ATTEMPT_FAILED] = "failed",
    [STRIPE_ATTEMPT_ASKED] = "asked",
    [STRIPE_ATTEMPT_UNDECIDED] = "undecided",
};

static const struct word attempt_words[] = {
    {"requires_action", STRIPE_ATTEMPT_ASKED},
    {"processing", STRIPE_ATTEMPT_UNDECIDED},
};

static enum stripe_attempt attempt_of_intent(const json_t *object)
{
    const bool has_failed = json_is_object(json_object_get(object, "last_payment_error"));
    int attempt = has_failed ? STRIPE_ATTEMPT_FAILED : STRIPE_ATTEMPT_NONE;
    (void)word_of(object, "status", attempt_words, sizeof attempt_words / sizeof *attempt_words,
                  &attempt);
    return (enum stripe_attempt)attempt;
}

/* At 0 nobody is told of it. */
static int64_t moment_of(const json_t *object, const char *name)
{
    const int64_t seconds = time_of(object, name);
    return seconds <= PROVIDER_TIME_MAX ? seconds : 0;
}

/* Nobody asked for it: the bank's promise ended. */
static bool is_lapsed(const json_t *object)
{
    return is_text(object, "cancellation_reason", "automatic") ||
           is_text(object, "cancellation_reason", "expired");
}

/* Of what is held, where its charge is in it; of what is cancelled, where it ended by itself (P15).
 */
static int64_t end_of(const json_t *object, enum intent_state state)
{
    const json_t *charge = json_object_get(object, "latest_charge");
    const json_t *details = json_object_get(charge, "payment_method_details");
    if (state == INTENT_HELD) {
        return moment_of(json_object_get(details, "card"), "capture_before");
    }
    return state == INTENT_CANCELED && is_lapsed(object) ? moment_of(object, "canceled_at") : 0;
}

static bool intent_read(const json_t *object, struct stripe_fact *fact)
{
    struct pay_intent *intent = &fact->intent;
    int state = 0;
    const bool is_whole = word_of(object, "status", intent_words,
                                  sizeof intent_words / sizeof *intent_words, &state) &&
                          amount_of(object, "amount", &intent->amount_minor) &&
                          amount_of(object, "amount_capturable", &intent->capturable_minor) &&
                          amount_of(object, "amount_received", &intent->received_minor);
    intent->id = text_of(object, "id");
    intent->state = (enum intent_state)state;
    intent->currency = text_of(object, "currency");
    intent->ends_s = end_of(object, intent->state);
    fact->is_manual = is_text(object, "capture_method", "manual");
    fact->attempt = attempt_of_intent(object);
    fact->client_secret = text_of(object, "client_secret");
    return is_whole && is_id(intent->id) && is_name(intent->currency, CURRENCY_BYTES_MAX);
}

static const struct word refund_words[] = {
    {"pending", REFUND_PENDING},     {"requires_action", REFUND_REQUIRES_ACTION},
    {"succeeded", REFUND_SUCCEEDED}, {"canceled", REFUND_CANCELED},
    {"failed", REFUND_FAILED},
};

static bool refund_read(const json_t *object, struct stripe_fact *fact)
{
    struct pay_refund *refund = &fact->refund;
    int status = 0;
    const bool is_whole = word_of(object, "status", refund_words,
                                  sizeof refund_words / sizeof *refund_words, &status) &&
                          amount_of(object, "amount", &refund->amount_minor);
    refund->id = text_of(object, "id");
    refund->intent = id_of(object, "payment_intent");
    refund->status = (enum refund_status)status;
    if (hex_read(text_of(json_object_get(object, "metadata"), STRIPE_META_WISH), fact->wish,
                 sizeof fact->wish)) {
        refund->wish = bytes_of(fact->wish, sizeof fact->wish);
    }
    return is_whole && is_id(refund->id) && is_id(refund->intent);
}

static const struct word dispute_words[] = {
    {"needs_response", DISPUTE_OPEN},
    {"under_review", DISPUTE_OPEN},
    {"warning_needs_response", DISPUTE_OPEN},
    {"warning_under_review", DISPUTE_OPEN},
    {"warning_closed", DISPUTE_WON},
    {"won", DISPUTE_WON},
    {"prevented", DISPUTE_WON},
    {"lost", DISPUTE_LOST},
};

static bool dispute_read(const json_t *object, struct stripe_fact *fact)
{
    struct pay_dispute *dispute = &fact->dispute;
    int status = 0;
    const bool is_whole = word_of(object, "status", dispute_words,
                                  sizeof dispute_words / sizeof *dispute_words, &status) &&
                          amount_of(object, "amount", &dispute->amount_minor);
    dispute->id = text_of(object, "id");
    dispute->intent = id_of(object, "payment_intent");
    dispute->status = (enum dispute_status)status;
    return is_whole && is_id(dispute->id) && is_id(dispute->intent);
}

static const struct {
    const char *type;
    enum stripe_fact_kind kind;
    bool (*read)(const json_t *object, struct stripe_fact *fact);
} readers[] = {
    {"payment_intent", STRIPE_INTENT, intent_read},
    {"refund", STRIPE_REFUND, refund_read},
    {"dispute", STRIPE_DISPUTE, dispute_read},
};

/* @event: that tells of it, or NULL. */
static bool fact_read(const json_t *object, const json_t *event, struct stripe_fact *ret_fact)
{
    *ret_fact = (struct stripe_fact){.event = text_of(event, "id")};
    if (ret_fact->event.size > 0 && !is_id(ret_fact->event)) {
        return false;
    }
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (is_text(object, "object", readers[i].type)) {
            ret_fact->kind = readers[i].kind;
            metadata_read(object, ret_fact);
            ret_fact->created_s = time_of(object, "created");
            return readers[i].read(object, ret_fact);
        }
    }
    return false;
}

/* --- bodies --- */

static const json_t *error_of(const struct stripe_reply *reply)
{
    const json_t *error = json_object_get(root_of(reply), "error");
    return json_is_object(error) ? error : NULL;
}

struct provider_answer stripe_reply_answer(const struct stripe_reply *reply, uint32_t status,
                                           bool should_retry, const char *object)
{
    struct provider_answer answer = {.status = status, .should_retry = should_retry};
    if (reply == NULL) {
        return answer;
    }
    const json_t *error = error_of(reply);
    answer.is_the_object = is_text(root_of(reply), "object", object);
    answer.is_an_error = error != NULL;
    answer.type = text_of(error, "type");
    answer.code = text_of(error, "code");
    return answer;
}

/* The @index-th object, and the event it is in; NULL beyond the last. */
static const json_t *object_at(const json_t *root, uint32_t index, const json_t **ret_event)
{
    const json_t *object = root;
    if (is_text(root, "object", "list")) {
        object = json_array_get(json_object_get(root, "data"), index);
    } else if (index > 0) {
        return NULL;
    }
    *ret_event = NULL;
    if (is_text(object, "object", "event")) {
        *ret_event = object;
        object = json_object_get(json_object_get(object, "data"), "object");
        return object != NULL ? object : *ret_event;
    }
    return object;
}

bool stripe_reply_object(const struct stripe_reply *reply, uint32_t index,
                         struct stripe_fact *ret_fact, bool *ret_is_fact)
{
    const json_t *event = NULL;
    const json_t *error = error_of(reply);
    const json_t *root = error != NULL ? json_object_get(error, "payment_intent") : root_of(reply);
    const json_t *object = object_at(root, index, &event);
    *ret_is_fact = object != NULL && fact_read(object, event, ret_fact);
    return object != NULL;
}

struct bytes stripe_reply_id(const struct stripe_reply *reply)
{
    const struct bytes id = text_of(root_of(reply), "id");
    return is_id(id) ? id : bytes_of(NULL, 0);
}

bool stripe_reply_has_more(const struct stripe_reply *reply, struct bytes *ret_after)
{
    const json_t *data = json_object_get(root_of(reply), "data");
    *ret_after = bytes_of(NULL, 0);
    for (size_t i = json_array_size(data); i > 0 && ret_after->size == 0; i--) {
        const struct bytes id = text_of(json_array_get(data, i - 1), "id");
        *ret_after = is_id(id) ? id : bytes_of(NULL, 0);
    }
    return json_array_size(data) > 0 && json_is_true(json_object_get(root_of(reply), "has_more"));
}

bool stripe_reply_endpoint(const struct stripe_reply *reply, uint32_t index,
                           struct stripe_endpoint *ret_endpoint)
{
    const json_t *object = json_array_get(json_object_get(root_of(reply), "data"), index);
    *ret_endpoint = (struct stripe_endpoint){.url = text_of(object, "url"),
                                             .is_enabled = is_text(object, "status", "enabled")};
    return object != NULL;
}
