/* trestle report --json --full: every figure of the page, for programs. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "node/cli/report_look.h"

static void append_format(struct text *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append_format(struct text *to, const char *format, ...)
{
    char words[160];
    va_list values;
    va_start(values, format);
    const int size = vsnprintf(words, sizeof words, format, values);
    va_end(values);
    text_append(to, words, size > 0 && (size_t)size < sizeof words ? (size_t)size : 0);
}

static void append_named(struct text *to, const char *name, const char *value)
{
    append_format(to, "\"%s\":", name);
    text_append_json(to, value);
}

static void append_body(struct text *to, const char *name, const struct report_look *look,
                        enum report_body at, bool is_there)
{
    append_format(to, ",\"%s\":", name);
    if (is_there) {
        text_append(to, look->bodies[at].data, look->bodies[at].size);
    } else {
        text_append_text(to, "null");
    }
}

/* Numbers and names alone. */
static void append_staff(struct text *to, const struct report_look *look)
{
    text_append_text(to, ",\"staff\":[");
    for (size_t i = 0; i < reply_count(look->staff); i++) {
        const struct reply_node *person = reply_at(look->staff, i);
        append_format(to, "%s{\"number\":%" PRId64 ",", i == 0 ? "" : ",",
                      reply_number(person, "number"));
        append_named(to, "name", reply_text(person, "name"));
        text_append_text(to, "}");
    }
    text_append_text(to, "]");
}

static void append_devices(struct text *to, const struct report_books *books)
{
    append_format(to, ",\"closed\":%s,\"devices\":[", books->is_closed ? "true" : "false");
    for (uint32_t i = 0; i < books->count; i++) {
        const struct report_book *book = &books->books[i];
        append_format(to, "%s{\"device\":\"%016" PRIx64 "\",", i == 0 ? "" : ",", book->device);
        append_named(to, "name", book->name);
        append_format(to, ",\"role\":\"%s\",\"state\":\"%s\",\"complete\":%s,",
                      role_text(book->role), book_state_text(book->state),
                      book_is_complete(book) ? "true" : "false");
        append_format(to, "\"events\":%" PRIu64 ",\"lacks\":%" PRIu64 ",\"last\":%" PRId64,
                      book->events, book->lacks, book->last_ms);
        append_format(to, ",\"closed\":%" PRId64 ",\"after\":%" PRIu64 "}", book->closed_ms,
                      book->events_after);
    }
    text_append_text(to, "]");
}

static void append_sold_out(struct text *to, const struct sold_out *sold_out)
{
    text_append_text(to, ",\"sold_out\":[");
    for (uint32_t i = 0; i < sold_out->count; i++) {
        const struct sold_out_spell *spell = &sold_out->spells[i];
        append_format(to, "%s{\"item\":%" PRIu64 ",", i == 0 ? "" : ",", spell->item);
        append_named(to, "name", spell->name);
        append_format(to, ",\"at\":%" PRId64 ",\"until\":%" PRId64, spell->at_ms, spell->until_ms);
        append_format(to, ",\"counted\":%s,\"staff\":%" PRIu64 "}",
                      spell->is_counted ? "true" : "false", spell->by);
    }
    append_format(to, "],\"sold_out_complete\":%s", sold_out->is_cut_short ? "false" : "true");
}

void report_print_json(const struct report_look *look)
{
    struct text text = {0};
    append_format(&text, "{\"schema\":%d,", (int)REPORT_SCHEMA);
    append_named(&text, "popup", reply_text(look->session, "popup"));
    text_append_text(&text, ",");
    append_named(&text, "currency", reply_text(look->session, "currency"));
    append_format(&text, ",\"digits\":%u", look->digits);
    append_body(&text, "trade", look, BODY_TRADE, true);
    append_body(&text, "before", look, BODY_BEFORE, look->before != NULL && !look->is_beside);
    append_body(&text, "beside", look, BODY_BEFORE, look->is_beside);
    append_body(&text, "drawers", look, BODY_DRAWERS, true);
    append_body(&text, "stalls", look, BODY_STALLS, true);
    append_staff(&text, look);
    append_devices(&text, look->books);
    append_sold_out(&text, &look->books->sold_out);
    append_body(&text, "reconciliation", look, BODY_RECONCILIATION, look->reconciliation != NULL);
    (void)printf("%.*s}\n", (int)text.size, text.data);
    text_close(&text);
}
