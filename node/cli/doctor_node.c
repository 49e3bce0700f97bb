/* What a running node says of itself and its peers, and the ports of one that does not run. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/cli/doctor.h"
#include "node/web/guard.h"

enum {
    CLOCK_OFFSET_MS_MAX = 60 * 1000,
    BEHIND_MAX = 1000,
    BEACON_SETTLE_S = 15, /* some fifteen beacons: a lossy network lets one through */
    PORT_TEXT_BYTES_MAX = 16,
};

/* --- peers --- */

static void look_at_link(const struct reply_node *peer, struct diagnoses *all)
{
    static const struct {
        const char *state, *text, *fix;
    } rows[] = {
        {"connecting", "not reached since the start",
         "is it on, in this network, is its address right, does a firewall stand between"},
        {"lost", "was linked and is not heard", "is it on and in reach of the access point"},
        {"refused", "there, but it will not have this device, or was revoked",
         "trestle device list; update the older one; join anew"},
    };
    const char *state = reply_text(peer, "state");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].state, state) == 0) {
            diagnose(all, DIAGNOSIS_WARN, "peer", rows[i].fix, "%s: %s", reply_text(peer, "name"),
                     rows[i].text);
            return;
        }
    }
    const int64_t behind = reply_number(peer, "behind"), ahead = reply_number(peer, "ahead");
    const bool is_far = behind > BEHIND_MAX || ahead > BEHIND_MAX;
    diagnose(all, is_far ? DIAGNOSIS_WARN : DIAGNOSIS_OK, "peer",
             is_far ? "wait: it catches up; if the numbers stand still, restart it" : NULL,
             "%s: linked, lacks %lld events, has %lld more", reply_text(peer, "name"),
             (long long)behind, (long long)ahead);
}

static void look_at_offset(const struct reply_node *peer, struct diagnoses *all)
{
    const int64_t offset_ms = reply_number(peer, "clock_offset_ms");
    if (offset_ms >= -CLOCK_OFFSET_MS_MAX && offset_ms <= CLOCK_OFFSET_MS_MAX) {
        return;
    }
    diagnose(all, DIAGNOSIS_WARN, "clock", "set the one that is wrong with timedatectl",
             "%s's clock is %lld s %s of ours", reply_text(peer, "name"),
             (long long)(offset_ms < 0 ? -offset_ms : offset_ms) / 1000,
             offset_ms < 0 ? "behind" : "ahead");
}

static void look_at_peers(const struct reply_node *peers, struct diagnoses *all)
{
    if (reply_count(peers) == 0) {
        diagnose(all, DIAGNOSIS_OK, "peer", NULL, "this device is alone in the pop-up");
    }
    for (size_t i = 0; i < reply_count(peers); i++) {
        look_at_link(reply_at(peers, i), all);
        look_at_offset(reply_at(peers, i), all);
    }
}

/* --- beacons --- */

static void look_at_beacons(const struct place *place, const struct reply_node *status,
                            struct diagnoses *all)
{
    const long long sent = (long long)reply_number(status, "beacons_sent");
    const long long heard = (long long)reply_number(status, "beacons_heard");
    const bool has_peers = reply_count(reply_find(status, "peers")) > 0;
    const bool is_settled = reply_number(status, "uptime_s") >= BEACON_SETTLE_S;
    if (place->settings.beacon_port == 0) {
        diagnose(all, DIAGNOSIS_OK, "beacons", NULL, "switched off; addresses are set by hand");
    } else if (sent == 0) {
        diagnose(all, has_peers && is_settled ? DIAGNOSIS_WARN : DIAGNOSIS_OK, "beacons",
                 has_peers ? "listen = tcp://0.0.0.0:7450 in trestle.conf" : NULL,
                 "none sent: this device listens on loopback alone, or has no network");
    } else if (heard == 0 && has_peers && is_settled) {
        diagnose(all, DIAGNOSIS_WARN, "beacons",
                 "allow UDP on the port `beacon`; switch off client isolation at the access "
                 "point; or name peers in trestle.conf",
                 "%lld sent, none heard of the other devices", sent);
    } else {
        diagnose(all, DIAGNOSIS_OK, "beacons", NULL, "%lld sent, %lld heard, %lld of strangers",
                 sent, heard, (long long)reply_number(status, "beacons_foreign"));
    }
}

/* --- orders and printers --- */

static void look_at_orders(const struct reply_node *status, struct diagnoses *all)
{
    const long long stuck = (long long)reply_number(status, "orders_stuck");
    const long long voided = (long long)reply_number(status, "orders_voided");
    if (stuck > 0) {
        diagnose(all, DIAGNOSIS_WARN, "orders", "the screens name them and say what to do",
                 "%lld do not get on", stuck);
    }
    if (voided > 0) {
        diagnose(all, DIAGNOSIS_WARN, "orders",
                 "trestle voided lists them, and a manager adopts or drops each",
                 "%lld of a revoked device wait to be decided", voided);
    }
    if (stuck == 0 && voided == 0) {
        diagnose(all, DIAGNOSIS_OK, "orders", NULL, "%lld active",
                 (long long)reply_number(status, "orders_active"));
    }
}

static void look_at_printers(const struct reply_node *printers, struct diagnoses *all)
{
    for (size_t i = 0; i < reply_count(printers); i++) {
        const struct reply_node *printer = reply_at(printers, i);
        const bool is_ready = reply_truth(printer, "ready");
        diagnose(all, is_ready ? DIAGNOSIS_OK : DIAGNOSIS_WARN, "printer",
                 is_ready ? NULL : "trestle printer status ADDRESS; or hand it to a backup",
                 "%lld: %s, %lld slips wait", (long long)reply_number(printer, "number"),
                 is_ready ? "ready" : reply_text(printer, "state"),
                 (long long)reply_number(printer, "waiting"));
    }
}

/* The node makes it as soon as there is room. */
static void look_at_ballast(const struct place *place, struct diagnoses *all)
{
    char path[PATH_BYTES_MAX];
    if (path_join(path, place->state, "ballast") == 0 && !path_exists(path)) {
        diagnose(all, DIAGNOSIS_WARN, "disk", "make room: this device goes on, but not for long",
                 "the ballast is thrown: the disk was full");
    }
}

static void look_at_figures(const struct reply_node *status, struct diagnoses *all)
{
    if (reply_truth(status, "remaking")) {
        diagnose(all, DIAGNOSIS_WARN, "figures",
                 "wait some seconds, then ask again; it takes longer with very many orders",
                 "they are being worked over: boards and sums may be as before");
    }
}

void doctor_node(const struct place *place, const struct reply_node *status, struct diagnoses *all)
{
    diagnose(all, DIAGNOSIS_OK, "node", NULL, "runs since %lld s, version %s",
             (long long)reply_number(status, "uptime_s"), reply_text(status, "version"));
    look_at_peers(reply_find(status, "peers"), all);
    look_at_beacons(place, status, all);
    look_at_orders(status, all);
    look_at_figures(status, all);
    look_at_printers(reply_find(status, "printers"), all);
    look_at_ballast(place, all);
}

/* --- ports, without a node --- */

/* Whether a server could listen on @host and @port, which may be "*". */
static bool port_is_free(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const int on = 1;
    if (strcmp(port, "*") == 0 || strcmp(port, "0") == 0) {
        return true;
    }
    if (getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints, &found) != 0) {
        return true; /* a name or an interface: the start will tell */
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_free = fd < 0;
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        is_free = bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
        (void)close(fd);
    }
    freeaddrinfo(found);
    return is_free;
}

static void look_at_port(const char *what, const char *host, const char *port,
                         struct diagnoses *all)
{
    if (port_is_free(host, port)) {
        diagnose(all, DIAGNOSIS_OK, "ports", NULL, "%s %s:%s is free", what, host, port);
    } else {
        diagnose(all, DIAGNOSIS_FAIL, "ports", "end the other program, or choose another port",
                 "%s %s:%s is taken, or no address of this machine", what, host, port);
    }
}

void doctor_ports(const struct place *place, struct diagnoses *all)
{
    char host[ENDPOINT_BYTES_MAX], port[PORT_TEXT_BYTES_MAX];
    const char *listen_at = place->settings.listen + strlen("tcp://");
    const char *colon = strrchr(place->settings.listen, ':');
    if (strcmp(place->settings.listen, "none") != 0 && colon != NULL && colon > listen_at) {
        const bool is_bracketed = listen_at[0] == '[' && colon[-1] == ']';
        (void)snprintf(host, sizeof host, "%.*s", (int)(colon - listen_at) - (is_bracketed ? 2 : 0),
                       listen_at + (is_bracketed ? 1 : 0));
        look_at_port("listen", host, colon + 1, all);
        if (guard_address_is_loopback(host)) {
            diagnose(all, DIAGNOSIS_OK, "ports", "listen = tcp://0.0.0.0:7450 in trestle.conf",
                     "it listens on loopback alone: other devices cannot dial this one");
        }
    }
    if (place->settings.http_address[0] != '\0') {
        (void)snprintf(port, sizeof port, "%d", place->settings.http_port);
        look_at_port("http", place->settings.http_address, port, all);
    }
}
