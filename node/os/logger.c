#include "node/os/logger.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/os/clock.h"

enum { LINE_BYTES_MAX = 512, RECENT_MAX = 16, QUIET_MS = 10000 };

/* A line that was printed lately, and how often it came again since. */
struct recent {
    uint64_t hash, printed_ms;
    uint32_t repeats;
};

static struct {
    pthread_mutex_t lock;
    enum log_format format;
    enum log_level least;
    char node[64];
    struct recent recent[RECENT_MAX];
    uint32_t next;
} logger = {.lock = PTHREAD_MUTEX_INITIALIZER, .least = LEVEL_INFO};

void logger_configure(enum log_format format, enum log_level least, const char *node)
{
    (void)pthread_mutex_lock(&logger.lock);
    logger.format = format;
    logger.least = least;
    (void)snprintf(logger.node, sizeof logger.node, "%s", node);
    (void)pthread_mutex_unlock(&logger.lock);
}

static uint64_t line_hash(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
    return hash;
}

/* Whether to print it now; @ret_repeats: how often it was held back since the last time. */
static bool line_is_due(const char *line, uint64_t now_ms, uint32_t *ret_repeats)
{
    uint64_t hash = line_hash(line);
    for (uint32_t i = 0; i < RECENT_MAX; i++) {
        struct recent *recent = &logger.recent[i];
        if (recent->hash != hash) {
            continue;
        }
        if (now_ms - recent->printed_ms < QUIET_MS) {
            recent->repeats++;
            return false;
        }
        *ret_repeats = recent->repeats;
        *recent = (struct recent){.hash = hash, .printed_ms = now_ms};
        return true;
    }
    *ret_repeats = 0;
    logger.recent[logger.next] = (struct recent){.hash = hash, .printed_ms = now_ms};
    logger.next = (logger.next + 1) % RECENT_MAX;
    return true;
}

static const char *level_text(enum log_level level)
{
    static const char *const texts[] = {[LEVEL_ERROR] = "error",
                                        [LEVEL_WARNING] = "warning",
                                        [LEVEL_NOTICE] = "notice",
                                        [LEVEL_INFO] = "info"};
    return texts[level];
}

static void line_clean(char *line)
{
    for (; *line != '\0'; line++) {
        if ((unsigned char)*line < 0x20 || *line == 0x7f) {
            *line = '?';
        }
    }
}

/* JSON string content: after line_clean() only two characters need a backslash. */
static void json_escape(const char *text, char *to, size_t capacity)
{
    size_t size = 0;
    for (; *text != '\0' && size + 3 < capacity; text++) {
        if (*text == '"' || *text == '\\') {
            to[size++] = '\\';
        }
        to[size++] = *text;
    }
    to[size] = '\0';
}

static void print_json(enum log_level level, const char *component, const char *line,
                       uint32_t repeats)
{
    char stamp[32], message[2 * LINE_BYTES_MAX];
    int64_t wall_ms = clock_wall_ms();
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    json_escape(line, message, sizeof message);
    (void)fprintf(stderr,
                  "{\"ts\":\"%s.%03dZ\",\"lvl\":\"%s\",\"comp\":\"%s\",\"node\":\"%s\","
                  "\"repeats\":%u,\"msg\":\"%s\"}\n",
                  stamp, (int)(wall_ms % 1000), level_text(level), component, logger.node, repeats,
                  message);
}

static void print_text(enum log_level level, const char *component, const char *line,
                       uint32_t repeats)
{
    if (getenv("JOURNAL_STREAM") != NULL) {
        (void)fprintf(stderr, "<%d>", (int)level);
    }
    bool is_loud = level <= LEVEL_WARNING;
    (void)fprintf(stderr, "%s: %s%s%s", component, is_loud ? level_text(level) : "",
                  is_loud ? ": " : "", line);
    if (repeats > 0) {
        (void)fprintf(stderr, " (and %u times before)", repeats);
    }
    (void)fputc('\n', stderr);
}

void logger_say(enum log_level level, const char *component, const char *format, ...)
{
    char line[LINE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    line_clean(line);
    (void)pthread_mutex_lock(&logger.lock);
    uint32_t repeats = 0;
    if (level <= logger.least && line_is_due(line, clock_mono_ms(), &repeats)) {
        if (logger.format == LOG_FORMAT_JSON) {
            print_json(level, component, line, repeats);
        } else {
            print_text(level, component, line, repeats);
        }
    }
    (void)pthread_mutex_unlock(&logger.lock);
}
