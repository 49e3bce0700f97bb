#include "node/json/json_live.h"

#include <string.h>

#include "node/json/hex.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"
#include "sync/base/check.h"

/* The schema has bounded it. */
static void copy_text(const struct json_value *body, const char *name, char *to, size_t capacity)
{
    const struct bytes text = json_get_text(body, name);
    to[0] = '\0';
    if (text.size > 0 && text.size < capacity) {
        memcpy(to, text.data, text.size + 1);
    }
}

/* The schema lets hex of that size through alone. */
static struct entity_id entity_of(const struct json_value *hex)
{
    struct entity_id id;
    check(hex_read(json_text(hex), id.bytes, sizeof id.bytes));
    return id;
}

static bool has_order(const struct live_message *message, const struct entity_id *id)
{
    for (uint32_t i = 0; i < message->orders_count; i++) {
        if (entity_id_equal(&message->orders[i], id)) {
            return true;
        }
    }
    return false;
}

static void copy_orders(const struct json_value *body, struct live_message *message)
{
    const struct json_value *orders = json_get(body, "orders");
    for (size_t i = 0; i < json_count(orders); i++) {
        const struct entity_id id = entity_of(json_at(orders, i));
        if (!has_order(message, &id)) {
            message->orders[message->orders_count++] = id;
        }
    }
}

int json_live_read(struct bytes text, bool is_first, struct live_message *ret_message)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *body = NULL;
    const struct schema *schema = is_first ? &schema_live_open : &schema_live_follow;
    int err = json_parse_as(schema, text, &body, where);
    ret_message->orders_count = 0;
    if (err != 0) {
        return err;
    }
    copy_text(body, "token", ret_message->token, sizeof ret_message->token);
    copy_text(body, "cursor", ret_message->cursor, sizeof ret_message->cursor);
    ret_message->has_menu = json_get(body, "menu") != NULL && !json_get_bool(body, "menu");
    copy_orders(body, ret_message);
    json_free(body);
    return 0;
}

struct json_value *json_live_queue(const struct line_up *line_up)
{
    struct json_value *object = json_new_object();
    uint64_t low_ms;
    uint64_t high_ms;
    json_put_int(object, "waiting", line_up->waiting_count);
    if (!line_up->has_model ||
        !wait_range(&line_up->model, line_up->waiting_count, &low_ms, &high_ms)) {
        return object;
    }
    struct json_value *range = json_new_object();
    json_put_int(range, "low_ms", (int64_t)low_ms);
    json_put_int(range, "high_ms", (int64_t)high_ms);
    json_put(object, "ready_in", range);
    return object;
}

struct json_value *json_live_beat(int64_t now_wall_ms)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "type", "beat");
    json_put_int(object, "now", now_wall_ms);
    return object;
}
