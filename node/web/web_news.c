/* What the core, the annex, who looks at PINs and other devices have answered goes to those who
 * wait for it. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include "node/api/annex.h"
#include "node/api/api_errand.h"
#include "node/os/clock.h"
#include "node/web/web_state.h"

void web_lives_refresh(struct web *web)
{
    if (web->lives != NULL) {
        lives_refresh(web->lives);
    }
}

enum answerer { BY_CORE, BY_ANNEX, BY_ACCESS, BY_DEVICE };

static enum answerer answerer_of(const struct api_reply *reply)
{
    return reply->is_annexed      ? BY_ANNEX
           : reply->is_signing_in ? BY_ACCESS
           : reply->is_away       ? BY_DEVICE
                                  : BY_CORE;
}

/* Who waits for @request of @by; NULL: he hung up. */
static struct connection *find_pending(struct web *web, uint64_t request, enum answerer by)
{
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        if (!at->is_busy) {
            continue;
        }
        const struct api_reply *reply = &at->exchange->response.reply;
        if (reply->is_pending && answerer_of(reply) == by && reply->request == request) {
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
        struct connection *connection = find_pending(web, answered.request, BY_ANNEX);
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
        struct connection *connection = find_pending(web, answered.request, BY_ACCESS);
        if (connection == NULL) {
            continue;
        }
        api_conclude_sign_in(web->site.api, &answered, &connection->exchange->response.reply);
        answer(web, connection);
    }
}

void web_on_errands(struct web *web)
{
    struct errand_news news;
    while (errand_next(web->site.api, &news)) {
        struct connection *connection = find_pending(web, news.request, BY_DEVICE);
        if (connection != NULL) {
            errand_conclude(web->site.api, &news, &connection->exchange->response.reply);
            answer(web, connection);
        }
        text_close(&news.frame);
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
        struct connection *connection = find_pending(web, answered.request, BY_CORE);
        tell_carts(web, &answered.answer);
        if (connection == NULL) { /* another device asked, or it was closed meanwhile; what was
                                     written stands */
            errand_answered(web->site.api, &answered);
            continue;
        }
        api_conclude(web->site.api, &answered, &connection->exchange->response.reply);
        answer(web, connection);
    }
    on_annex(web);
    on_access(web);
    web_on_errands(web);
    streams_refresh(web->streams, false, clock_wall_ms());
    for (struct connection *at = web->screens; at != NULL; at = at->next) {
        lws_callback_on_writable(at->wsi);
    }
    web_lives_refresh(web);
}
