/* settings.h - what a person may set: where to listen, whom to dial, how to log.
 *
 * Layer: node. One table in settings_table.c names each setting, its meaning and its check; the
 * flags of `trestle run`, the variables TRESTLE_* and the lines of trestle.conf all come from it,
 * and each wins over those after it; the defaults come last.
 *
 *   # trestle.conf: one setting a line
 *   listen = tcp://0.0.0.0:7450
 *   peer = 3f9a0c1122334455@tcp://192.168.4.12:7450     (may be repeated)
 */
#ifndef TRESTLE_NODE_CONFIG_SETTINGS_H
#define TRESTLE_NODE_CONFIG_SETTINGS_H

#include "node/access/forwarded.h"
#include "node/mesh/transport.h"
#include "node/os/file.h"
#include "node/os/logger.h"

enum { SETTING_BYTES_MAX = 256, PROBLEM_BYTES_MAX = 512, ORIGINS_MAX = 8, ADDRESS_BYTES_MAX = 64 };

struct settings_said;

struct settings {
    struct settings_said *said;            /* who wants to know where values come from; or NULL */
    char listen[ENDPOINT_BYTES_MAX];       /* "tcp://127.0.0.1:7450"; "none" = dial only */
    char advertise[ENDPOINT_BYTES_MAX];    /* what others should dial; "" = as bound */
    int beacon_port;                       /* UDP; 0 = neither sent nor heard */
    char enrol[ENDPOINT_BYTES_MAX];        /* where newcomers knock; "" = listen's host, any port */
    char http_address[ADDRESS_BYTES_MAX];  /* "" = the control socket alone */
    int http_port;                         /* 0 = any free one */
    char https_address[ADDRESS_BYTES_MAX]; /* "" = none */
    int https_port;
    char guests_address[ADDRESS_BYTES_MAX]; /* "" = none */
    int guests_port;
    char tls_certificate[PATH_BYTES_MAX]; /* PEM files; "" = none */
    char tls_key[PATH_BYTES_MAX];
    bool is_screen_locked;             /* the device's own screen wants a person signed in */
    char web[PATH_BYTES_MAX];          /* built screens; "" = beside the program */
    char print_folder[PATH_BYTES_MAX]; /* where text printers write; "" = they may not */
    uint32_t store_mib;                /* size of the map; 0 = the store's default */
    uint32_t quote_s;                  /* how long a customer's quote stands */
    bool has_customers;                /* @customers was set; else it goes by the device's role */
    uint32_t customers;                /* phones that may be connected at once */
    enum log_format log_format;
    enum log_level log_level;
    struct proxies proxies; /* whose X-Forwarded-For counts */
    uint32_t origins_count;
    char origins[ORIGINS_MAX][SETTING_BYTES_MAX];
    uint32_t peers_count;
    struct transport_peer peers[DEVICES_MAX];
};

/* A setting, for help texts and for reading arguments. */
struct setting_info {
    const char *name;     /* "log-format": --log-format, TRESTLE_LOG_FORMAT, log-format = */
    const char *argument; /* "text|json" */
    const char *help;
    const char *usual;   /* the value where nobody sets it; NULL = it has none, ... */
    const char *without; /* ... and this is so then, for a person; NULL = nothing */
    bool is_list;        /* it may be repeated */
};
/* How tables write one; the last argument takes further ones with it. */
#define SETTING_INFO(name_, argument_, ...)                                                        \
    {                                                                                              \
        .name = (name_), .argument = (argument_), .help = __VA_ARGS__                              \
    }
#define SETTING_USUAL(text)   .usual = (text)
#define SETTING_WITHOUT(text) .without = (text)
#define SETTING_LIST          .is_list = true

/* The @at-th; NULL past the last. */
const struct setting_info *setting_info_at(uint32_t at);
const struct setting_info *setting_info_find(const char *name);

/* Settings of a program that is more than a node, from the same places. @set may keep nothing of
 * the value; as a setting is set from the weakest to the strongest place, the last call counts. */
struct setting_more {
    struct setting_info info;
    const char *right;                            /* what a right value looks like */
    int (*set)(void *context, const char *value); /* 0, ERR_MALFORMED, ERR_TOO_LARGE */
};
/* Once, before any setting is read. @rows and @context live as long as the process. */
void settings_extend(const struct setting_more *rows, uint32_t count, void *context);

/* All as usual, and nobody is told where values come from. The one set last counts, so set them
 * from the weakest place to the strongest. */
void settings_defaults(struct settings *settings);

/* Set one. On failure a sentence for the person is in @ret_problem (PROBLEM_BYTES_MAX).
 * ERR_NOT_FOUND: there is no such setting. ERR_MALFORMED, ERR_TOO_MANY. */
MUST_CHECK int settings_set(struct settings *settings, const char *name, const char *value,
                            char *ret_problem);

/* Within a place lists add up; in a stronger one they take the place of those in a weaker one. So
 * what was set of the list @name is gone, before it is set there. */
void settings_forget(struct settings *settings, const char *name);

/* All lines of a file. The problem says file, line and what to write instead. ERR_MALFORMED,
 * ERR_NOT_FOUND (no such file), ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int settings_read_file(struct settings *settings, const char *path, char *ret_problem);

/* The same of a text in memory, which is changed while reading; @path names it in problems.
 * ERR_MALFORMED. */
MUST_CHECK int settings_read_text(struct settings *settings, const char *path, char *text,
                                  char *ret_problem);

/* All variables TRESTLE_*; unknown ones are left alone: other programs may have their own. */
MUST_CHECK int settings_read_environment(struct settings *settings, char *ret_problem);

#endif
