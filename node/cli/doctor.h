/* doctor.h - what `trestle doctor` looks at, and how it says what it found.
 *
 * Layer: node. Looks only. Each part looks at what it can and goes on: a check that cannot be made
 * is itself a finding.
 */
#ifndef TRESTLE_NODE_CLI_DOCTOR_H
#define TRESTLE_NODE_CLI_DOCTOR_H

#include "node/cli/cli.h"
#include "node/cli/reply.h"

enum { DIAGNOSES_MAX = 160, DIAGNOSIS_BYTES_MAX = 240 };

/* X(name, text): in the order of their weight; the value is the exit status. */
#define DIAGNOSIS_LEVELS(X)                                                                        \
    X(DIAGNOSIS_OK, "ok")                                                                          \
    X(DIAGNOSIS_WARN, "warn")                                                                      \
    X(DIAGNOSIS_FAIL, "fail")

enum diagnosis_level {
#define X(name, text) name,
    DIAGNOSIS_LEVELS(X)
#undef X
};

struct diagnosis {
    enum diagnosis_level level;
    const char *check; /* what was looked at: "clock" */
    char text[DIAGNOSIS_BYTES_MAX];
    const char *fix; /* what to do; NULL = nothing */
};

struct diagnoses {
    uint32_t count;
    struct diagnosis items[DIAGNOSES_MAX];
};

/* One more; beyond DIAGNOSES_MAX they are dropped. @check and @fix are kept as they are. */
void diagnose(struct diagnoses *all, enum diagnosis_level level, const char *check, const char *fix,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

const char *diagnosis_level_text(enum diagnosis_level level);

/* The machine: clock, disk, state folder and keys. */
void doctor_machine(const struct place *place, struct diagnoses *all);

/* The clock alone: @wall_ms as the machine tells it. */
void doctor_clock(int64_t wall_ms, bool is_synced, bool has_chip, struct diagnoses *all);

/* The disk alone, on which @state lies; @free_mib: what is free there, in MiB. */
void doctor_disk(const char *state, uint64_t free_mib, bool is_network, bool is_read_only,
                 struct diagnoses *all);

/* The store, read-only. */
void doctor_store(const struct place *place, struct diagnoses *all);

/* Whether the ports are free; for when no node runs. */
void doctor_ports(const struct place *place, struct diagnoses *all);

/* What a running node says of itself: the reply of GET /api/status. */
void doctor_node(const struct place *place, const struct reply_node *status, struct diagnoses *all);

#endif
