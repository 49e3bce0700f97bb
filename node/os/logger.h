/* logger.h - one line per occurrence, on stderr: for people, for machines, or for journald.
 *
 * Layer: node. Text when a person looks (a terminal), JSON lines when asked, with journald's
 * priorities when it listens (JOURNAL_STREAM). The same line again within ten seconds is counted,
 * not printed. Never give it a key, a PIN, a token or an invitation. Safe from any thread.
 */
#ifndef TRESTLE_NODE_OS_LOGGER_H
#define TRESTLE_NODE_OS_LOGGER_H

#include "sync/base/err.h"

/* Values are syslog's. */
enum log_level { LEVEL_ERROR = 3, LEVEL_WARNING = 4, LEVEL_NOTICE = 5, LEVEL_INFO = 6 };

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Until called: text, to stderr, from LEVEL_INFO up. @node names this device in JSON lines; it is
 * copied. */
void logger_configure(enum log_format format, enum log_level least, const char *node);

/* @component: "mesh", "core", "web". One line, at most 512 bytes; control characters become "?". */
void logger_say(enum log_level level, const char *component, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
