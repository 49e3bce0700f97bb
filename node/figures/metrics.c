#include "node/figures/metrics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sync/domain/opaque.h"
#include "sync/log/run.h"
#include "sync/replica/remaking.h"

/* --- the text format --- */

static void line(struct text *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void line(struct text *to, const char *format, ...)
{
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    text_append_text(to, buffer);
}

static void family(struct text *to, const char *name, const char *type, const char *help)
{
    line(to, "# HELP trestle_%s %s\n# TYPE trestle_%s %s\n", name, help, name, type);
}

static void gauge(struct text *to, const char *name, const char *help, uint64_t value)
{
    family(to, name, "gauge", help);
    line(to, "trestle_%s %llu\n", name, (unsigned long long)value);
}

/* A label's value, in quotes. Names have no control characters: certificate.h. */
static void label(struct text *to, const char *value)
{
    text_append_text(to, "\"");
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            line(to, "\\%c", *value);
        } else {
            text_append(to, value, 1);
        }
    }
    text_append_text(to, "\"");
}

/* --- events --- */

static const struct {
    uint32_t number;
    const char *text;
} types[METRIC_TYPES] = {
#define X(name, number, text, kind, capability, order) {(number), (text)},
#include "sync/log/event.def"
#undef X
    {EVENT_NONE, "unknown"},
};

static enum metric_type type_of(uint32_t number)
{
    uint32_t at = 0;
    while (at < METRIC_UNKNOWN && types[at].number != number) {
        at++;
    }
    return (enum metric_type)at;
}

static struct metrics_log *log_of(struct metrics *metrics, uint64_t log)
{
    for (uint32_t i = 0; i < metrics->logs_count; i++) {
        if (metrics->logs[i].log == log) {
            return &metrics->logs[i];
        }
    }
    if (metrics->logs_count == LOGS_MAX) {
        return NULL;
    }
    struct metrics_log *row = &metrics->logs[metrics->logs_count++];
    *row = (struct metrics_log){.log = log};
    return row;
}

static int count_log(struct metrics *metrics, struct store_txn *txn, const struct log_head *head,
                     uint32_t *budget)
{
    struct metrics_log *row = log_of(metrics, head->log);
    int err = 0;
    while (row != NULL && row->seq<head->seq && * budget> 0 && err == 0) {
        struct hash hash;
        struct bytes bytes;
        struct event event = {.type = EVENT_NONE};
        err = event_get(txn, head->log, row->seq + 1, &hash, &bytes);
        if (err != 0) {
            break;
        }
        (void)!event_decode(bytes, &event); /* what does not decode is of no known type */
        metrics->events[type_of(event.type)]++;
        row->seq++;
        --*budget;
    }
    return err;
}

static int count_events(struct metrics *metrics, struct store_txn *txn, uint64_t *ret_events)
{
    struct store_cursor cursor;
    struct log_head head;
    uint32_t budget = METRICS_EVENTS_MAX;
    *ret_events = 0;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = log_head_next(&cursor, &head)) == 0) {
        *ret_events += head.seq;
        err = count_log(metrics, txn, &head, &budget);
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int print_events(struct metrics *metrics, struct store_txn *txn, struct text *to)
{
    uint64_t events = 0, opaque = 0, critical = 0;
    bool is_remaking = false;
    int err = remaking_look(txn, &is_remaking);
    if (err == 0) {
        err = count_events(metrics, txn, &events);
    }
    if (err == 0) {
        err = opaque_count(txn, &opaque, &critical);
    }
    if (err != 0) {
        return err;
    }
    gauge(to, "journal_events", "Events in all journals of this store.", events);
    gauge(to, "opaque_events", "Events that need newer software.", opaque);
    gauge(to, "remaking", "1 while rows are made right, and sums may be as before.", is_remaking);
    family(to, "events_total", "counter", "Events by type, as far as counted since the start.");
    for (uint32_t i = 0; i < METRIC_TYPES; i++) {
        if (metrics->events[i] > 0) {
            line(to, "trestle_events_total{type=\"%s\"} %llu\n", types[i].text,
                 (unsigned long long)metrics->events[i]);
        }
    }
    return 0;
}

/* --- orders --- */

static int print_orders(struct state *state, struct store_txn *txn, struct text *to)
{
    uint64_t counts[PHASE_COUNT] = {0};
    struct key key = {.size = 0};
    struct entity_id id;
    int err = 0;
    for (uint32_t rows = 0; rows < BOARD_SCAN_MAX && err == 0; rows++) {
        err = board_next(txn, INDEX_ACTIVE, &key, &id);
        if (err == 0 && key.size > 9 && key.data[9] < PHASE_COUNT) {
            counts[key.data[9]]++;
        }
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    family(to, "orders", "gauge", "Orders on the boards, by phase.");
    for (uint32_t i = 0; i <= PHASE_READY; i++) {
        line(to, "trestle_orders{phase=\"%s\"} %llu\n", order_phase_text((enum order_phase)i),
             (unsigned long long)counts[i]);
    }
    gauge(to, "orders_stuck", "Orders whose next tick has not come in time.",
          stuck_count(&state->stuck));
    gauge(to, "orders_voided", "Orders of revoked devices that somebody must decide on.",
          state->live.voided_count);
    return 0;
}

/* --- peers --- */

/* A device that is out of the pop-up refuses nobody: its link is nobody's business any more. */
enum { OUT_REVOKED = GATE_LOST + 1, OUT_RETIRED };

static size_t peer_state(const struct gate_peer *peer)
{
    if (peer->is_revoked) {
        return OUT_REVOKED;
    }
    return peer->is_retired ? OUT_RETIRED : (size_t)peer->link;
}

static void print_links(const struct gate_live *live, struct text *to)
{
    static const char *const states[] = {
        [GATE_LINKED] = "linked", [GATE_CONNECTING] = "connecting", [GATE_REFUSED] = "refused",
        [GATE_LOST] = "lost",     [OUT_REVOKED] = "revoked",        [OUT_RETIRED] = "retired"};
    uint32_t counts[sizeof states / sizeof states[0]] = {0};
    for (uint32_t i = 0; i < live->peers_count; i++) {
        counts[peer_state(&live->peers[i])]++;
    }
    family(to, "peers", "gauge", "Other devices, by the state of the link to them.");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        line(to, "trestle_peers{state=\"%s\"} %u\n", states[i], counts[i]);
    }
}

static void peer_labels(struct text *to, const char *name, const struct gate_peer *peer)
{
    line(to, "trestle_%s{peer=\"%016llx\",name=", name, (unsigned long long)peer->device);
    label(to, peer->name);
}

static void print_lag(const struct state *state, struct text *to)
{
    const struct gate_live *live = &state->live;
    family(to, "replication_lag_seconds", "gauge",
           "For how long one side has not had all events of the other, or nobody knows.");
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const uint64_t device = live->peers[i].device;
        peer_labels(to, "replication_lag_seconds", &live->peers[i]);
        line(to, ",lacks=\"peer\"} %llu\n", (unsigned long long)lag_of_peer(&state->lag, device));
        peer_labels(to, "replication_lag_seconds", &live->peers[i]);
        line(to, ",lacks=\"own\"} %llu\n", (unsigned long long)lag_of_own(&state->lag, device));
    }
}

static void print_peers(const struct state *state, struct text *to)
{
    const struct gate_live *live = &state->live;
    family(to, "replication_lag_events", "gauge", "Events that one side still lacks.");
    for (uint32_t i = 0; i < live->peers_count; i++) {
        peer_labels(to, "replication_lag_events", &live->peers[i]);
        line(to, ",lacks=\"peer\"} %llu\n", (unsigned long long)live->peers[i].behind);
        peer_labels(to, "replication_lag_events", &live->peers[i]);
        line(to, ",lacks=\"own\"} %llu\n", (unsigned long long)live->peers[i].ahead);
    }
    print_lag(state, to);
    family(to, "peer_silence_seconds", "gauge", "Since the peer was heard; none before it was.");
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const uint64_t ms = live->peers[i].heard_ms_ago;
        if (ms == UINT64_MAX) {
            continue;
        }
        peer_labels(to, "peer_silence_seconds", &live->peers[i]);
        line(to, "} %llu.%03u\n", (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
    }
    family(to, "clock_skew_seconds", "gauge", "The peer's clock minus ours, while linked.");
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const int64_t ms = live->peers[i].clock_offset_ms;
        const uint64_t size = ms < 0 ? (uint64_t) - (ms + 1) + 1 : (uint64_t)ms;
        if (live->peers[i].link != GATE_LINKED) {
            continue;
        }
        peer_labels(to, "clock_skew_seconds", &live->peers[i]);
        line(to, "} %s%llu.%03u\n", ms < 0 ? "-" : "", (unsigned long long)(size / 1000),
             (unsigned)(size % 1000));
    }
}

/* --- the device --- */

static void print_beacons(const struct gate_live *live, struct text *to)
{
    family(to, "beacons_total", "counter", "Beacons of this device and of others.");
    line(to, "trestle_beacons_total{kind=\"sent\"} %llu\n", (unsigned long long)live->beacons_sent);
    line(to, "trestle_beacons_total{kind=\"heard\"} %llu\n",
         (unsigned long long)live->beacons_heard);
    line(to, "trestle_beacons_total{kind=\"foreign\"} %llu\n",
         (unsigned long long)live->beacons_foreign);
}

static void print_clients(const struct state *state, struct text *to)
{
    static const char *const roles[VIEW_COUNT] = {
        [VIEW_COUNTER] = "counter", [VIEW_KITCHEN] = "kitchen", [VIEW_PICKUP] = "pickup"};
    family(to, "ws_clients", "gauge", "Screens and customers' phones that are connected here.");
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        line(to, "trestle_ws_clients{role=\"%s\"} %u\n", roles[i], state->screens.counts[i]);
    }
    line(to, "trestle_ws_clients{role=\"customer\"} %u\n", state->phones);
}

static void print_printers(const struct gate_live *live, struct text *to)
{
    family(to, "printer_ready", "gauge", "Printers of this device that print.");
    for (uint32_t i = 0; i < live->printers_count; i++) {
        line(to, "trestle_printer_ready{number=\"%llu\"} %d\n",
             (unsigned long long)live->printers[i].number, live->printers[i].is_ready ? 1 : 0);
    }
    family(to, "printer_waiting_slips", "gauge", "Slips that wait for a printer of this device.");
    for (uint32_t i = 0; i < live->printers_count; i++) {
        line(to, "trestle_printer_waiting_slips{number=\"%llu\"} %llu\n",
             (unsigned long long)live->printers[i].number,
             (unsigned long long)live->printers[i].waiting);
    }
}

static void print_device(const struct state *state, struct text *to)
{
    const struct gate_live *live = &state->live;
    family(to, "build_info", "gauge", "1; its labels say what runs.");
    text_append_text(to, "trestle_build_info{version=");
    label(to, state->version);
    line(to, ",device=\"%016llx\",role=\"%s\"} 1\n", (unsigned long long)live->device,
         role_text(live->role));
    gauge(to, "uptime_seconds", "Since the node started.", live->uptime_s);
    gauge(to, "writable", "1 while the store takes commits.", live->is_writable ? 1 : 0);
    family(to, "core_turn_age_seconds", "gauge", "Since the core's last turn ended.");
    line(to, "trestle_core_turn_age_seconds %llu.%03u\n",
         (unsigned long long)(live->turned_ms_ago / 1000), (unsigned)(live->turned_ms_ago % 1000));
    gauge(to, "lmdb_map_used_bytes", "Pages in use.", live->store_bytes);
    gauge(to, "lmdb_map_bytes", "The most that the store may grow to.", live->store_bytes_max);
}

int metrics_print(struct metrics *metrics, struct state *state, struct store_txn *txn,
                  struct text *to)
{
    print_device(state, to);
    int err = print_events(metrics, txn, to);
    if (err == 0) {
        err = print_orders(state, txn, to);
    }
    if (err != 0) {
        return err;
    }
    print_links(&state->live, to);
    print_peers(state, to);
    print_clients(state, to);
    print_beacons(&state->live, to);
    print_printers(&state->live, to);
    return 0;
}
