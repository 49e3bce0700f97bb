#include "node/cli/report_books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "sync/domain/day.h"
#include "sync/domain/menu_events.h"
#include "sync/log/run.h"

/* What is known while the books are read. */
struct reading {
    const struct journal *journal;
    uint64_t n, own; /* the day; this device */
    const struct report_heard *heard;
    uint32_t heard_count;
    struct roster roster;
    struct history *history; /* scratch; the pop-up's while devices are looked at */
    struct day day;
    struct report_books *books;
};

static int64_t wall_ms(const struct reading *reading, uint64_t t)
{
    return reading->journal->epoch_ms + (int64_t)t;
}

/* --- the day --- */

/* The first opening of day @n by the clocks; 0 = none is known. */
static int64_t opened_ms(const struct reading *reading, uint64_t n)
{
    int64_t first = 0;
    struct day_open open;
    for (uint32_t i = 0; i < reading->history->count; i++) {
        const struct history_event *event = &reading->history->events[i];
        if (event->type == EVENT_DAY_OPEN && day_open_decode(event->body, &open) == 0 &&
            open.n == n && (first == 0 || wall_ms(reading, event->t) < first)) {
            first = wall_ms(reading, event->t);
        }
    }
    return first;
}

static int day_read(struct reading *reading)
{
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    const int err =
        history_load(reading->history, reading->journal->txn, &reading->roster, KIND_POPUP, &popup);
    if (err == 0) {
        day_derive(reading->history, reading->n, &reading->day);
        reading->books->is_closed = reading->day.is_closed;
        reading->books->from_ms = opened_ms(reading, reading->n);
        reading->books->to_ms = opened_ms(reading, reading->n + 1);
    }
    return err;
}

/* Where @log last closed the day itself; 0 = it did not. */
static uint64_t own_close(const struct reading *reading, uint64_t log, int64_t *ret_ms)
{
    uint64_t seq = 0;
    struct day_close close;
    for (uint32_t i = 0; i < reading->history->count; i++) {
        const struct history_event *event = &reading->history->events[i];
        if (event->type == EVENT_DAY_CLOSE && event->id.log == log && event->id.seq > seq &&
            day_close_decode(event->body, &close) == 0 && close.n == reading->n) {
            seq = event->id.seq;
            *ret_ms = wall_ms(reading, event->t);
        }
    }
    return seq;
}

/* --- journals --- */

static uint64_t above(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* When its last event was written; one that the disk spoilt tells nothing. */
static int64_t last_ms(const struct reading *reading, const struct log_head *head)
{
    struct operation id;
    struct event event;
    const bool is_there =
        head->seq > 0 && event_read(reading->journal->txn, head->log, head->seq, &id, &event) == 0;
    return is_there ? wall_ms(reading, event.t) : 0;
}

static int log_read(const struct reading *reading, const struct roster_log *log,
                    struct report_book *book)
{
    struct log_head head = {.log = log->id};
    const int err = log_head_get(reading->journal->txn, log->id, &head);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    const struct frontier_entry *entry = frontier_find(&reading->day.frontier, log->id);
    const uint64_t closed_seq = own_close(reading, log->id, &book->closed_ms);
    const uint64_t known_seq = entry != NULL && entry->seq > closed_seq ? entry->seq : closed_seq;
    const uint64_t retired_seq = log->retired_seq == UINT64_MAX ? 0 : log->retired_seq;
    const int64_t at_ms = last_ms(reading, &head);
    book->events += head.seq;
    book->last_ms = at_ms > book->last_ms ? at_ms : book->last_ms;
    book->lacks += above(known_seq > retired_seq ? known_seq : retired_seq, head.seq);
    book->events_after += reading->day.is_closed ? above(head.seq, known_seq) : 0;
    return 0;
}

static const struct report_heard *heard_of(const struct reading *reading, uint64_t device)
{
    for (uint32_t i = 0; i < reading->heard_count; i++) {
        if (reading->heard[i].device == device) {
            return &reading->heard[i];
        }
    }
    return NULL;
}

static enum book_state state_of(const struct reading *reading, const struct roster_device *device,
                                struct report_book *book)
{
    const struct report_heard *heard = heard_of(reading, device->id);
    if (device->id == reading->own) {
        return BOOK_OWN;
    }
    if (device->is_revoked) {
        return BOOK_REVOKED;
    }
    if (heard != NULL && heard->ahead > book->lacks) {
        book->lacks = heard->ahead;
    }
    if (book->lacks > 0) {
        return BOOK_LACKS;
    }
    if (device->is_retired) {
        return BOOK_RETIRED;
    }
    if (book->closed_ms != 0) {
        return BOOK_CLOSED;
    }
    return heard != NULL && heard->is_linked ? BOOK_LINKED : BOOK_UNHEARD;
}

static int book_read(const struct reading *reading, const struct roster_device *device)
{
    struct report_book *book = &reading->books->books[reading->books->count++];
    *book = (struct report_book){.device = device->id, .role = device->certificate.role};
    (void)snprintf(book->name, sizeof book->name, "%s", device->certificate.name);
    int err = 0;
    for (uint32_t i = 0; i < reading->roster.logs_count && err == 0; i++) {
        if (reading->roster.logs[i].device == device->id) {
            err = log_read(reading, &reading->roster.logs[i], book);
        }
    }
    book->state = state_of(reading, device, book);
    return err;
}

static int book_compare(const void *left, const void *right)
{
    const struct report_book *a = left, *b = right;
    const int names = strcmp(a->name, b->name);
    return names != 0 ? names : (a->device < b->device ? -1 : a->device > b->device);
}

static int books_read(struct reading *reading)
{
    const struct roster *roster = &reading->roster;
    int err = 0;
    for (uint32_t i = 0; i < roster->devices_count && err == 0; i++) {
        err = book_read(reading, &roster->devices[i]);
    }
    qsort(reading->books->books, reading->books->count, sizeof reading->books->books[0],
          book_compare);
    return err;
}

/* --- the whole --- */

static int all_read(struct reading *reading)
{
    const struct journal *journal = reading->journal;
    struct report_books *books = reading->books;
    int err = roster_load(&reading->roster, journal->txn, &journal->popup, &journal->root);
    if (err == 0) {
        err = day_read(reading);
    }
    if (err == 0) {
        err = books_read(reading);
    }
    if (err == 0) {
        err = sold_out_find(journal, &reading->roster, reading->history, books->from_ms,
                            books->to_ms == 0 ? INT64_MAX : books->to_ms, &books->sold_out);
    }
    return err;
}

int report_books_read(const char *state, uint64_t day, uint64_t own,
                      const struct report_heard *heard, uint32_t heard_count,
                      struct report_books *ret_books)
{
    struct journal journal;
    const int status = journal_open_state(state, &journal);
    if (status != EXIT_DONE) {
        return status;
    }
    struct reading *reading = calloc(1, sizeof *reading);
    int err = ERR_NO_MEMORY;
    if (reading != NULL) {
        reading->journal = &journal;
        reading->n = day;
        reading->own = own;
        reading->heard = heard;
        reading->heard_count = heard_count;
        reading->books = ret_books;
        reading->history = history_new();
        memset(ret_books, 0, sizeof *ret_books);
        err = reading->history == NULL ? ERR_NO_MEMORY : all_read(reading);
        history_free(reading->history);
    }
    free(reading);
    journal_close(&journal);
    return err == 0 ? EXIT_DONE : tell_failure(state, err);
}

const char *book_state_text(enum book_state state)
{
    static const char *const texts[] = {
#define X(name, number, text, is_complete) [name] = (text),
        BOOK_STATES(X)
#undef X
    };
    return texts[state];
}

bool book_is_complete(const struct report_book *book)
{
    static const bool is_complete[] = {
#define X(name, number, text, is) [name] = (is),
        BOOK_STATES(X)
#undef X
    };
    return is_complete[book->state];
}
