#include "node/json/json_access.h"

#include <jansson.h>

#include "node/json/json_build.h"

static const json_t *field(const struct json_value *body, const char *name)
{
    return json_object_get((const json_t *)(const void *)body, name);
}

uint64_t json_staff(const struct json_value *body)
{
    return (uint64_t)json_integer_value(field(body, "staff"));
}

static struct bytes pin_text(const struct json_value *body)
{
    const json_t *text = field(body, "pin");
    return bytes_of(json_string_value(text), json_string_length(text));
}

int json_pin(const struct json_value *body, struct pin *ret_pin)
{
    return pin_of_text(pin_text(body), ret_pin);
}

bool json_has_no_pin(const struct json_value *body)
{
    return pin_text(body).size == 0;
}

struct json_value *json_signed_in(const char *token, const struct caller *caller)
{
    struct json_value *object = json_new_object();
    struct json_value *capabilities = json_new_array();
    json_put_string(object, "token", token);
    json_put_int(object, "expires", caller->token.expires_s * 1000);
    json_put_int(object, "staff", (int64_t)caller->principal.staff);
    json_put_string(object, "role", role_text(caller->principal.role));
    for (unsigned i = 0; i < CAP_COUNT; i++) {
        if (caller_may(caller, (enum capability)i)) {
            json_append_string(capabilities, capability_text((enum capability)i));
        }
    }
    json_put(object, "capabilities", capabilities);
    return object;
}

struct json_value *json_ticket(const char *ticket)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "ticket", ticket);
    json_put_int(object, "life_s", TICKET_LIFE_MS / 1000);
    return object;
}
