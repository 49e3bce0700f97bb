/* metrics.h - figures for a Prometheus to scrape: GET /metrics, text format 0.0.4.
 *
 * Layer: node. Names: docs/manual.md, "Doctor and metrics". Base units: seconds, bytes. Events are
 * counted by type from the journals, some ten thousand a scrape, so that a scrape stays short on a
 * large store: the counters rise to what is there within the first scrapes after a start.
 */
#ifndef TRESTLE_NODE_API_METRICS_H
#define TRESTLE_NODE_API_METRICS_H

#include "node/api/state.h"

#define METRICS_MEDIA "text/plain; version=0.0.4"

enum { METRICS_EVENTS_MAX = 20000 }; /* counted in one scrape */

enum metric_type {
#define X(name, number, text, kind, capability, order) METRIC_##name,
#include "sync/log/event.def"
#undef X
    METRIC_UNKNOWN, /* newer software's */
    METRIC_TYPES
};

struct metrics_log {
    uint64_t log, seq; /* counted up to there */
};

/* All zero is a fresh start. */
struct metrics {
    uint64_t events[METRIC_TYPES];
    uint32_t logs_count;
    struct metrics_log logs[LOGS_MAX];
};

/* Append all figures to @to. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int metrics_print(struct metrics *metrics, struct state *state, struct store_txn *txn,
                             struct text *to);

#endif
