/* trestle log: the events of all journals as a person reads them, in the order of their writers'
 * clocks, which is only for the eye. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/api/state.h"
#include "node/cli/cli.h"
#include "node/cli/event_words.h"
#include "node/cli/journal.h"
#include "node/cli/reply.h"
#include "node/cli/terminal.h"
#include "node/figures/board.h"
#include "node/os/room.h"
#include "sync/domain/menu.h"
#include "sync/log/run.h"

enum {
    LOOK_NS = 250 * 1000 * 1000,
    TIME_TEXT_BYTES_MAX = 40,
    HASH_TEXT_BYTES = 2 * HASH_BYTES + 1,
    HASH_DIGITS_MIN = 4,
};

struct log_row {
    uint64_t t, log, seq;
};

struct log_position {
    uint64_t log, seq; /* shown up to there */
};

struct showing {
    struct journal journal;
    bool is_json;
    const char *type, *device; /* NULL = any */
    bool has_order;
    struct entity_id order;
    const char *hash; /* the first digits of it; NULL = any */
    uint64_t last;    /* at most so many of the first look; 0 = all */
    uint32_t positions_count;
    struct log_position positions[LOGS_MAX];
    size_t rows_count, rows_room;
    struct log_row *rows; /* of one look */
    struct roster roster;
    struct history *history;
    struct order of_event;
    unsigned digits; /* of amounts */
};

/* --- which --- */

/* The name of the device of @log; "?" while its certificate is not here. */
static const char *device_name(const struct showing *showing, uint64_t log)
{
    const struct roster_log *of_log = roster_log_find(&showing->roster, log);
    const struct roster_device *device =
        of_log == NULL ? NULL : roster_device_find(&showing->roster, of_log->device);
    return device == NULL ? "?" : device->certificate.name;
}

static bool device_matches(const struct showing *showing, uint64_t log)
{
    char id[17];
    const struct roster_log *of_log = roster_log_find(&showing->roster, log);
    if (showing->device == NULL) {
        return true;
    }
    (void)snprintf(id, sizeof id, "%016llx",
                   of_log == NULL ? 0 : (unsigned long long)of_log->device);
    return strcmp(showing->device, id) == 0 ||
           strcmp(showing->device, device_name(showing, log)) == 0;
}

/* "order" is every order.*; "order.open" is that alone. */
static bool type_matches(const struct showing *showing, const char *text)
{
    const size_t size = showing->type == NULL ? 0 : strlen(showing->type);
    return size == 0 ||
           (strncmp(text, showing->type, size) == 0 && (text[size] == '\0' || text[size] == '.'));
}

static const char *type_text(uint32_t type)
{
    const struct event_info *info = event_info_find(type);
    return info == NULL ? "unknown" : info->text;
}

static bool has_types(const struct showing *showing)
{
    static const char *const all[] = {
#define X(name, number, text, kind, capability, is_causal) text,
#include "sync/log/event.def"
#undef X
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (type_matches(showing, all[i])) {
            return true;
        }
    }
    return type_matches(showing, "unknown");
}

static void hash_print(const struct hash *hash, char ret_text[HASH_TEXT_BYTES])
{
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(ret_text + 2 * i, 3, "%02x", hash->bytes[i]);
    }
}

static bool hash_matches(const struct showing *showing, const struct hash *hash)
{
    char text[HASH_TEXT_BYTES];
    if (showing->hash == NULL) {
        return true;
    }
    hash_print(hash, text);
    return strncmp(text, showing->hash, strlen(showing->hash)) == 0;
}

static bool event_matches(const struct showing *showing, uint64_t log, const struct event *event,
                          const struct hash *hash)
{
    return type_matches(showing, type_text(event->type)) && device_matches(showing, log) &&
           (!showing->has_order || entity_id_equal(&event->entity, &showing->order)) &&
           hash_matches(showing, hash);
}

/* --- looking --- */

static struct log_position *position_of(struct showing *showing, uint64_t log)
{
    for (uint32_t i = 0; i < showing->positions_count; i++) {
        if (showing->positions[i].log == log) {
            return &showing->positions[i];
        }
    }
    if (showing->positions_count == LOGS_MAX) {
        return NULL;
    }
    showing->positions[showing->positions_count] = (struct log_position){.log = log};
    return &showing->positions[showing->positions_count++];
}

static int row_add(struct showing *showing, const struct log_row *row)
{
    struct log_row *rows =
        room_make(showing->rows, showing->rows_count, &showing->rows_room, sizeof *rows);
    if (rows == NULL) {
        return ERR_NO_MEMORY;
    }
    showing->rows = rows;
    showing->rows[showing->rows_count++] = *row;
    return 0;
}

static int look_at_log(struct showing *showing, const struct log_head *head)
{
    struct log_position *position = position_of(showing, head->log);
    int err = 0;
    while (position != NULL && position->seq < head->seq && err == 0) {
        struct hash hash;
        struct bytes bytes;
        struct event event;
        const uint64_t seq = position->seq + 1;
        err = event_get(showing->journal.txn, head->log, seq, &hash, &bytes);
        if (err == 0) {
            err = event_decode(bytes, &event);
        }
        if (err == 0 && event_matches(showing, head->log, &event, &hash)) {
            err = row_add(showing, &(struct log_row){.t = event.t, .log = head->log, .seq = seq});
        }
        position->seq = seq;
    }
    return err;
}

static int look(struct showing *showing)
{
    struct store_cursor cursor;
    struct log_head head;
    const struct journal *journal = &showing->journal;
    int err = roster_load(&showing->roster, journal->txn, &journal->popup, &journal->root);
    if (err == 0) {
        err = store_cursor_open(journal->txn, TABLE_HEAD, &cursor);
    }
    if (err != 0) {
        return err;
    }
    showing->rows_count = 0;
    while ((err = log_head_next(&cursor, &head)) == 0) {
        err = look_at_log(showing, &head);
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- showing --- */

static int row_compare(const void *a, const void *b)
{
    const struct log_row *x = a, *y = b;
    if (x->t != y->t) {
        return x->t < y->t ? -1 : 1;
    }
    if (x->log != y->log) {
        return x->log < y->log ? -1 : 1;
    }
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static void time_print(int64_t wall_ms, bool is_json, char *ret_text)
{
    struct tm parts;
    const time_t seconds = (time_t)(wall_ms / 1000);
    ret_text[0] = '\0';
    if (is_json ? gmtime_r(&seconds, &parts) == NULL : localtime_r(&seconds, &parts) == NULL) {
        return;
    }
    if (strftime(ret_text, TIME_TEXT_BYTES_MAX, is_json ? "%Y-%m-%dT%H:%M:%SZ" : "%F %T", &parts) ==
        0) {
        ret_text[0] = '\0';
    }
}

/* What people call the order that @event is about; "" for anything else. */
static void order_print(struct showing *showing, const struct event *event,
                        char ret_text[NUMBER_TEXT_BYTES_MAX])
{
    const struct event_info *info = event_info_find(event->type);
    ret_text[0] = '\0';
    if (info == NULL || info->kind != KIND_ORDER ||
        history_get(showing->history, showing->journal.txn, KIND_ORDER, &event->entity) != 0) {
        return;
    }
    order_derive(showing->history, &showing->of_event);
    if (showing->of_event.numbers_count > 0) {
        number_print(showing->of_event.numbers[0].lane, showing->of_event.numbers[0].number,
                     ret_text);
    }
}

static void print_json(const struct log_row *row, const struct event *event,
                       const struct hash *hash, const char *time, const char *device,
                       const char *number, const struct text *words)
{
    struct text text = {0}, said = {0};
    char digits[HASH_TEXT_BYTES];
    hash_print(hash, digits);
    text_append_json(&text, device);
    text_append_json(&said, words->data);
    (void)printf("{\"time\":\"%s\",\"log\":\"%016llx\",\"seq\":%llu,\"device\":%.*s,"
                 "\"type\":\"%s\",\"order\":\"%s\",\"entity\":\"",
                 time, (unsigned long long)row->log, (unsigned long long)row->seq, (int)text.size,
                 text.data, type_text(event->type), number);
    for (size_t i = 0; i < sizeof event->entity.bytes; i++) {
        (void)printf("%02x", event->entity.bytes[i]);
    }
    (void)printf("\",\"by\":%llu,\"hash\":\"%s\",\"words\":%.*s}\n", (unsigned long long)event->by,
                 digits, (int)said.size, said.data);
    text_close(&text);
    text_close(&said);
}

static void print_line(const struct log_row *row, const struct event *event, const char *time,
                       const char *device, const char *words)
{
    (void)printf("%s  %-12s  %s  [%s %016llx %llu", time, device, words, type_text(event->type),
                 (unsigned long long)row->log, (unsigned long long)row->seq);
    if (event->by != 0) {
        (void)printf(", by %llu", (unsigned long long)event->by);
    }
    (void)printf("]\n");
}

static int print_row(struct showing *showing, const struct log_row *row)
{
    char time[TIME_TEXT_BYTES_MAX], number[NUMBER_TEXT_BYTES_MAX], device[NAME_BYTES_MAX + 1];
    struct hash hash;
    struct bytes bytes;
    struct event event;
    struct text words = {0};
    int err = event_get(showing->journal.txn, row->log, row->seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, &event);
    }
    if (err != 0) {
        return err;
    }
    time_print(showing->journal.epoch_ms + (int64_t)event.t, showing->is_json, time);
    order_print(showing, &event, number);
    (void)snprintf(device, sizeof device, "%s", device_name(showing, row->log));
    const bool is_orders = number[0] != '\0';
    const struct event_scene scene = {.number = number,
                                      .order = is_orders ? &showing->of_event : NULL,
                                      .digits = showing->digits};
    event_words(&event, &scene, &words);
    text_append(&words, "", 1);
    if (showing->is_json) {
        print_json(row, &event, &hash, time, device, number, &words);
    } else {
        text_disarm(device);
        print_line(row, &event, time, device, words.data);
    }
    text_close(&words);
    return 0;
}

static int show(struct showing *showing, uint64_t last)
{
    size_t first = 0;
    int err = 0;
    if (showing->rows_count > 1) {
        qsort(showing->rows, showing->rows_count, sizeof *showing->rows, row_compare);
    }
    if (last > 0 && showing->rows_count > last) {
        first = showing->rows_count - last;
    }
    for (size_t i = first; i < showing->rows_count && err == 0; i++) {
        err = print_row(showing, &showing->rows[i]);
    }
    return err == 0 && fflush(stdout) != 0 ? ERR_IO : err;
}

/* Until somebody ends it, or nobody reads any more. */
static int follow(struct showing *showing)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int err = 0;
    while (err == 0) {
        (void)nanosleep(&pause, NULL);
        err = journal_refresh(&showing->journal);
        if (err == 0) {
            err = look(showing);
        }
        if (err == 0) {
            err = show(showing, 0);
        }
    }
    return err;
}

/* --- the order that is meant --- */

/* Of several days with that number: the latest. */
static int order_find(struct showing *showing, const char *word)
{
    const size_t lane = strcspn(word, "0123456789");
    const unsigned long number = strtoul(word + lane, NULL, 10);
    struct key key = {.size = 0};
    struct entity_id id;
    int err = 0;
    while ((err = board_next(showing->journal.txn, INDEX_NUMBER, &key, &id)) == 0) {
        /* index1 day8 lane 0 number4 entity12 */
        if (key.size != 9 + lane + 1 + 4 + ENTITY_ID_BYTES ||
            memcmp(key.data + 9, word, lane) != 0 || get_be32(key.data + 9 + lane + 1) != number) {
            continue;
        }
        showing->order = id;
        showing->has_order = true;
    }
    if (err != ERR_NOT_FOUND) {
        return tell_failure("the orders", err);
    }
    if (showing->has_order) {
        return EXIT_DONE;
    }
    tell("there is no order %s here", word);
    return EXIT_FAILED;
}

static bool is_hash_start(const char *text)
{
    const size_t size = strlen(text);
    return strspn(text, "0123456789abcdef") == size && size >= HASH_DIGITS_MIN &&
           size < HASH_TEXT_BYTES;
}

static int wish_read(const struct args *args, struct showing *showing)
{
    const char *last = args_flag(args, "last"), *order = args_flag(args, "order");
    char *end = NULL;
    showing->hash = args_flag(args, "hash");
    showing->is_json = args_has(args, "json");
    showing->type = args_flag(args, "type");
    showing->device = args_flag(args, "device");
    if (last != NULL) {
        showing->last = strtoull(last, &end, 10);
    }
    if (last != NULL && (end == last || *end != '\0' || showing->last == 0)) {
        tell("--last is a number from 1 on");
        return EXIT_USAGE;
    }
    if (showing->hash != NULL && !is_hash_start(showing->hash)) {
        tell("--hash wants the first digits of an event's hash, %d to %d, as a receipt ends with: "
             "fd781de1",
             HASH_DIGITS_MIN, HASH_TEXT_BYTES - 1);
        return EXIT_USAGE;
    }
    return order == NULL ? EXIT_DONE : order_find(showing, order);
}

/* How the pop-up's amounts are written; two digits while nothing says so. */
static void digits_look(struct showing *showing)
{
    struct popup popup;
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    showing->digits = 2;
    if (history_get(showing->history, showing->journal.txn, KIND_POPUP, &id) == 0) {
        popup_derive(showing->history, &popup);
        showing->digits = popup.currency_digits;
    }
}

static int run(const struct args *args, struct showing *showing)
{
    int status = wish_read(args, showing);
    if (status != EXIT_DONE) {
        return status;
    }
    if (!has_types(showing)) {
        tell("no event is of type '%s'; man 7 trestle-events names them all", showing->type);
        return EXIT_USAGE;
    }
    digits_look(showing);
    int err = look(showing);
    if (err == 0) {
        err = show(showing, showing->last);
    }
    if (err == 0 && args_has(args, "follow")) {
        err = follow(showing);
    }
    return err == 0 ? EXIT_DONE : tell_failure("the journal", err);
}

int command_log(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    int status = place_state(args, state);
    if (status != EXIT_DONE) {
        return status;
    }
    struct showing *showing = calloc(1, sizeof *showing);
    if (showing == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    showing->history = history_new();
    status = showing->history == NULL ? tell_failure("this machine", ERR_NO_MEMORY)
                                      : journal_open_state(state, &showing->journal);
    if (status == EXIT_DONE) {
        status = run(args, showing);
        journal_close(&showing->journal);
    }
    history_free(showing->history);
    free(showing->rows);
    free(showing);
    return status;
}
