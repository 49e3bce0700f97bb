/* test_doors.c - what the gateway's routes say when too many ask at once. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/routes.h"
#include "tests/settler/stories.h"

enum { ROUTE_PAYMENT, ROUTE_EVENT };

static const char secret[] = "whsec_scene";
static struct gateway_desk desk;
static struct credentials keys;

/* As the provider signs: HMAC-SHA256 over "time.body". */
static void sign(const char *body, char *header, size_t capacity)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char text[256], hex[2 * sizeof mac + 1];
    crypto_auth_hmacsha256_state state;
    const int64_t now_s = settler_now_s(scene->settler);
    (void)snprintf(text, sizeof text, "%" PRId64 ".%s", now_s, body);
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, sizeof secret - 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, strlen(text));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    (void)snprintf(header, capacity, "t=%" PRId64 ",v1=%s", now_s, hex);
}

/* The answer's status; 0 = it comes later. */
static int asked(unsigned route, uint32_t order, const char *header, const char *body)
{
    const struct annex annex = gateway_annex(&desk);
    const struct route_match match = {.order = scene->orders[order]};
    const struct annex_request request = {.route = &annex.routes[route],
                                          .match = &match,
                                          .header = bytes_of_text(header),
                                          .body = bytes_of_text(body)};
    struct api_reply reply = {.status = 0};
    annex.handle(annex.context, &request, &reply);
    text_close(&reply.body);
    assert_int_equal(reply.is_pending, reply.status == 0);
    return reply.status;
}

TEST(settler_doors, when_too_many_ask_nobody_is_forgotten_he_is_told_to_come_back)
{
    static const char event[] = "{\"id\":\"evt_1\",\"object\":\"event\"}";
    char header[256];
    uint64_t request = 0;
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
    const uint32_t order = scene_place(1);
    scene_run(1000);
    desk = (struct gateway_desk){.settler = scene->settler, .credentials = &keys};
    (void)snprintf(keys.webhook_secrets[0], sizeof keys.webhook_secrets[0], "%s", secret);
    sign(event, header, sizeof header);
    assert_int_equal(asked(ROUTE_EVENT, order, "t=1,v1=00", event), 400);
    for (int i = 0; i < SETTLER_ASKS_MAX; i++) {
        assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    }
    assert_int_equal(asked(ROUTE_PAYMENT, order, "", ""), 503);
    assert_int_equal(asked(ROUTE_EVENT, order, header, event), 503); /* it is sent again */
    scene_end();
    desk.settler = NULL;
    assert_int_equal(asked(ROUTE_PAYMENT, order, "", ""), 409); /* no card payments here */
}
