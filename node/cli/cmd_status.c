/* trestle status and trestle openapi. */
#include <stdio.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/cli/http.h"
#include "node/cli/program.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/json/json.h"

enum { STATUS_HEALTHY = 0, STATUS_DEGRADED = 1, STATUS_DOWN = 2 };

static bool is_linked(const struct reply_node *peer)
{
    return strcmp(reply_text(peer, "state"), "linked") == 0;
}

static void print_peer(const struct reply_node *peer)
{
    long long heard_ms = (long long)reply_number(peer, "heard_ms_ago");
    (void)printf("  %-16s %-8s %-10s", reply_text(peer, "name"), reply_text(peer, "role"),
                 reply_text(peer, "state"));
    if (is_linked(peer)) {
        (void)printf(" heard %lld ms ago, it lacks %lld, has %lld more", heard_ms,
                     (long long)reply_number(peer, "behind"),
                     (long long)reply_number(peer, "ahead"));
    }
    (void)putchar('\n');
}

static void print_status(const struct reply_node *status)
{
    long long used = (long long)reply_number(status, "store_bytes");
    long long most = (long long)reply_number(status, "store_bytes_max");
    (void)printf("device   %s, up %lld s\n", reply_text(status, "device"),
                 (long long)reply_number(status, "uptime_s"));
    (void)printf("journal  %lld events in %lld journals, day %lld, %lld active orders\n",
                 (long long)reply_number(status, "events"), (long long)reply_number(status, "logs"),
                 (long long)reply_number(status, "day"),
                 (long long)reply_number(status, "orders_active"));
    long long opaque = (long long)reply_number(status, "opaque");
    if (opaque > 0) {
        (void)printf("version  %lld events need newer software\n", opaque);
    }
    if (reply_truth(status, "remaking")) {
        (void)printf("figures  are being worked over: boards and sums may be as before for some "
                     "seconds\n");
    }
    (void)printf("store    %lld of %lld MiB\n", used >> 20, most >> 20);
    const struct reply_node *peers = reply_find(status, "peers");
    for (size_t i = 0; i < reply_count(peers); i++) {
        print_peer(reply_at(peers, i));
    }
}

static int judge(const struct reply_node *status, bool is_ready)
{
    const struct reply_node *peers = reply_find(status, "peers");
    long long used = (long long)reply_number(status, "store_bytes");
    long long most = (long long)reply_number(status, "store_bytes_max");
    bool is_degraded = !is_ready || (most > 0 && used > most / 10 * 7);
    for (size_t i = 0; i < reply_count(peers); i++) {
        is_degraded = is_degraded || !is_linked(reply_at(peers, i));
    }
    return is_degraded ? STATUS_DEGRADED : STATUS_HEALTHY;
}

static int status_down(const struct args *args, const char *state)
{
    if (args_has(args, "json")) {
        (void)printf("{\"down\":true}\n");
    }
    if (identity_exists(state)) {
        tell("no node answers on %s; start it with trestle run", state);
    } else {
        (void)tell_not_set_up(state);
    }
    return STATUS_DOWN;
}

int command_status(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    struct http_request ready = {.method = "GET", .path = "/readyz"};
    struct http_request whole = {.method = "GET", .path = "/api/status"};
    struct text health = {0}, body = {0};
    int ready_status = 0, status = 0;
    int found = place_state(args, state);
    if (found != EXIT_DONE) {
        return found;
    }
    int err = http_ask(state, "ctl.sock", &ready, &ready_status, &health);
    if (err == 0) {
        err = http_ask(state, "ctl.sock", &whole, &status, &body);
    }
    struct reply *reply = err == 0 && status == 200 ? reply_new(&body) : NULL;
    int verdict = STATUS_DOWN;
    if (reply == NULL) {
        verdict = status_down(args, state);
    } else {
        verdict = judge(reply_root(reply), ready_status == 200);
        if (args_has(args, "json")) {
            (void)printf("%.*s\n", (int)body.size, body.data);
        } else {
            print_status(reply_root(reply));
        }
        tell(verdict == STATUS_HEALTHY ? "healthy"
                                       : "degraded: not every device is linked, or the "
                                         "store is not ready");
    }
    reply_free(reply);
    text_close(&health);
    text_close(&body);
    return verdict;
}

int command_openapi(const struct args *args)
{
    struct text text = {0};
    (void)args;
    json_print_pretty(json_openapi_with(&program_running()->routes), &text);
    (void)fwrite(text.data, 1, text.size, stdout);
    text_close(&text);
    return EXIT_DONE;
}
