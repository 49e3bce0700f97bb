#include "tests/process/lib/customer.h"

#include <stdio.h>
#include <string.h>

#include "node/stream/live.h"
#include "tests/lib/test.h"

enum { OPEN_BYTES_MAX = 1200 };

void json_text_of(const char *json, const char *name, char *to, size_t capacity)
{
    char mark[64];
    (void)snprintf(mark, sizeof mark, "\"%s\":\"", name);
    const char *at = strstr(json, mark);
    assert_non_null(at);
    at += strlen(mark);
    const size_t size = strcspn(at, "\"");
    assert_true(size < capacity);
    memcpy(to, at, size);
    to[size] = '\0';
}

void assert_json(const struct schema *schema, const char *text)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    if (json_parse_as(schema, bytes_of_text(text), &value, where) != 0) {
        fail_msg("%s: %s in %s", schema->name, where, text);
    }
    json_free(value);
}

struct customer customer_come(struct client *client)
{
    struct customer customer;
    const struct client_request request = {
        .method = "POST", .path = "/api/session/customer", .body = "{}"};
    assert_int_equal(client_ask(client, &request), 201);
    json_text_of(client->body, "token", customer.token, sizeof customer.token);
    return customer;
}

void phone_say_open(struct phone *phone, const struct customer *customer, const char *orders,
                    const char *cursor)
{
    char message[OPEN_BYTES_MAX];
    const bool has_cursor = cursor[0] != '\0';
    (void)snprintf(message, sizeof message,
                   "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[%s]%s%s%s}", customer->token,
                   orders, has_cursor ? ",\"cursor\":\"" : "", cursor, has_cursor ? "\"" : "");
    phone_say(phone, message);
}

static void assert_frame(const char *frame)
{
    const struct {
        const char *begins;
        const struct schema *schema;
    } frames[] = {{"{\"type\":\"hello\"", &schema_frame_hello},
                  {"{\"type\":\"snapshot\"", &schema_live_snapshot},
                  {"{\"type\":\"delta\"", &schema_live_delta},
                  {"", &schema_live_beat}};
    size_t at = 0;
    while (strncmp(frame, frames[at].begins, strlen(frames[at].begins)) != 0) {
        at++;
    }
    assert_json(frames[at].schema, frame);
}

const char *phone_hear_of(struct phone *phone, const char *what)
{
    const char *frame;
    do {
        frame = phone_hear(phone);
        assert_frame(frame);
    } while (strstr(frame, what) == NULL);
    return frame;
}
