#include "node/json/json_cart.h"

#include "node/json/hex.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"
#include "sync/base/check.h"

static struct json_value *options(const struct wanted_line *wanted)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < wanted->options_count; i++) {
        struct json_value *option = json_new_object();
        json_put_int(option, "group", wanted->options[i].group);
        json_put_int(option, "choice", wanted->options[i].choice);
        json_append(list, option);
    }
    return list;
}

static struct json_value *cart_line(const struct cart_line *line)
{
    struct json_value *object = json_new_object();
    json_put_int(object, "id", line->id);
    json_put_text(object, "who", line->who);
    json_put_int(object, "item", (int64_t)line->wanted.item);
    json_put_int(object, "quantity", line->wanted.quantity);
    json_put(object, "options", options(&line->wanted));
    json_put_text(object, "note", line->wanted.note);
    return object;
}

struct json_value *json_cart(const struct cart *cart)
{
    struct json_value *object = json_new_object();
    struct json_value *lines = json_new_array();
    json_put_count(object, "version", cart->version);
    json_put_int(object, "round", cart->round);
    for (uint32_t i = 0; i < cart->lines_count; i++) {
        json_append(lines, cart_line(&cart->lines[i]));
    }
    json_put(object, "lines", lines);
    if (!cart->has_placed) {
        return object;
    }
    struct json_value *placed = json_new_object();
    json_put_int(placed, "round", cart->placed_round);
    json_put_entity(placed, "order", &cart->placed);
    json_put(object, "placed", placed);
    return object;
}

struct json_value *json_cart_opened(const char *token, const struct caller *caller,
                                    struct bytes link)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "token", token);
    json_put_int(object, "expires", caller->token.expires_s * 1000);
    json_put_hex(object, "link", link);
    return object;
}

struct json_value *json_table_code(uint64_t number, const char *code)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "table", number);
    json_put_string(object, "code", code);
    return object;
}

int json_cart_link(struct bytes body, uint8_t *to, size_t size)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    int err = json_parse_as(&schema_cart_join, body, &value, where);
    if (err != 0) {
        return err;
    }
    check(hex_read(json_get_text(value, "link"), to, size));
    json_free(value);
    return 0;
}
