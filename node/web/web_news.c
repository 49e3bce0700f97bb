/* What the core, the annex and who looks at PINs have answered goes to those who wait for it. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include "node/api/annex.h"
#include "node/os/clock.h"
#include "node/web/web_state.h"

void web_lives_refresh(struct web *web)
{
    if (web->lives != NULL) {
        lives_refresh(web->lives);
    }
}

/* Who waits for @request of the core, of the annex, or of who looks at PINs. */
static struct connection *find_pending(struct web *web, uint64_t request, bool is_annexed,
                                       bool is_signing_in)
{
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        if (!at->is_busy) {
            continue;
        }
        const struct api_reply *reply = &at->exchange->response.reply;
        if (reply->is_pending && reply->is_annexed == is_annexed &&
            reply->is_signing_in == is_signing_in && reply->request == request) {
            return at;
        }
    }
    return NULL;
}

static void answer(struct web *web, struct connection *connection)
{
    web->has_answers = true;
    web_http_answered(connection);
}

static void on_annex(struct web *web)
{
    const struct annex *annex = web->site.api->annex;
    struct annex_answer answered = {.request = 0};
    while (annex != NULL && annex->answered(annex->context, &answered)) {
        struct connection *connection = find_pending(web, answered.request, true, false);
        if (connection != NULL) {
            api_conclude_annex(web->site.api, &answered, &connection->exchange->response.reply);
            answer(web, connection);
        }
        text_close(&answered.body);
    }
}

static void on_access(struct web *web)
{
    struct pin_answer answered;
    while (access_answered(web->gate->access, &answered)) {
        struct connection *connection = find_pending(web, answered.request, false, true);
        if (connection == NULL) {
            continue;
        }
        api_conclude_sign_in(web->site.api, &answered, &connection->exchange->response.reply);
        answer(web, connection);
    }
}

/* Others share them, whether or not he who changed one is still there. */
static void tell_carts(struct web *web, const struct answer *answer)
{
    for (size_t i = 0; i < sizeof answer->carts_changed / sizeof answer->carts_changed[0]; i++) {
        if (web->lives != NULL && answer->carts_changed[i] != 0) {
            lives_touch_cart(web->lives, answer->carts_changed[i]);
        }
    }
}

void web_on_news(struct web *web)
{
    struct effect_answer answered;
    while (command_queue_answered(web->gate->queue, &answered)) {
        struct connection *connection = find_pending(web, answered.request, false, false);
        tell_carts(web, &answered.answer);
        if (connection == NULL) { /* it was closed meanwhile; the order stands */
            continue;
        }
        api_conclude(web->site.api, &answered, &connection->exchange->response.reply);
        answer(web, connection);
    }
    on_annex(web);
    on_access(web);
    streams_refresh(web->streams, false, clock_wall_ms());
    for (struct connection *at = web->screens; at != NULL; at = at->next) {
        lws_callback_on_writable(at->wsi);
    }
    web_lives_refresh(web);
}
