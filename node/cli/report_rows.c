/* trestle report --csv --full: every figure of the page as rows of what, name, number. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/report_look.h"

void report_print_quoted(const char *text)
{
    (void)putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            (void)putchar('"');
        }
        (void)putchar(*text);
    }
    (void)putchar('"');
}

/* A spreadsheet would take such a name for a formula. */
static bool is_formula(const char *name)
{
    return name[0] != '\0' && strchr("=+-@\t\r", name[0]) != NULL;
}

static void print_row(const char *what, const char *name, int64_t number)
{
    struct text text = {0};
    text_append_text(&text, is_formula(name) ? "'" : "");
    text_append_text(&text, name);
    text_append(&text, "", 1);
    (void)printf("%s,", what);
    report_print_quoted(text.data);
    text_close(&text);
    (void)printf(",%" PRId64 "\n", number);
}

static void print_shares(const struct report_look *look, const char *list, const char *what)
{
    const struct reply_node *shares = reply_find(look->trade, list);
    for (size_t i = 0; i < reply_count(shares); i++) {
        const struct reply_node *share = reply_at(shares, i);
        print_row(what, reply_text(share, "name"), reply_number(share, "owed"));
    }
}

static void print_items(const struct report_look *look)
{
    const struct reply_node *items = reply_find(look->trade, "items");
    for (size_t i = 0; i < reply_count(items); i++) {
        const struct reply_node *item = reply_at(items, i);
        print_row("item", reply_text(item, "name"), reply_number(item, "owed"));
        print_row("item-units", reply_text(item, "name"), reply_number(item, "units"));
    }
}

static void print_waits(const struct report_look *look)
{
    static const char *const waits[] = {"waiting", "cooking", "handing"};
    static const char *const parts[] = {"orders", "half", "most", "nearly_all"};
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        const struct reply_node *wait = reply_find(look->trade, waits[i]);
        for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
            print_row(waits[i], parts[at], reply_number(wait, parts[at]));
        }
    }
}

static void print_losses(const struct report_look *look)
{
    static const char *const losses[] = {"voided", "refused", "uncollected"};
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        const struct reply_node *loss = reply_find(look->trade, losses[i]);
        print_row("loss", losses[i], reply_number(loss, "amount"));
        print_row("loss-units", losses[i], reply_number(loss, "units"));
    }
    print_row("loss", "cancelled", reply_number(look->trade, "cancelled_owed"));
}

static void print_drawers(const struct report_look *look)
{
    static const char *const parts[] = {"float", "cash", "expected"};
    for (size_t i = 0; i < reply_count(look->drawers); i++) {
        const struct reply_node *drawer = reply_at(look->drawers, i);
        const struct reply_node *counts = reply_find(drawer, "counts");
        char name[64];
        for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
            (void)snprintf(name, sizeof name, "%" PRId64 " %s", reply_number(drawer, "number"),
                           parts[at]);
            print_row("drawer", name, reply_number(drawer, parts[at]));
        }
        for (size_t at = 0; at < reply_count(counts); at++) {
            const struct reply_node *count = reply_at(counts, at);
            (void)snprintf(name, sizeof name, "%" PRId64 " counted",
                           reply_number(drawer, "number"));
            print_row("drawer", name, reply_number(count, "counted"));
        }
    }
}

static void print_people(const struct report_look *look)
{
    static const char *const kinds[][2] = {{"voids", "void-by"},
                                           {"cancels", "cancel-by"},
                                           {"discounts", "discount-by"},
                                           {"refunds", "refund-by"}};
    const struct reply_node *people = reply_find(look->trade, "people");
    for (size_t i = 0; i < reply_count(people); i++) {
        const struct reply_node *person = reply_at(people, i);
        const bool is_person = strcmp(reply_text(person, "by"), "person") == 0;
        char number[32];
        (void)snprintf(number, sizeof number, "%" PRId64, reply_number(person, "staff"));
        for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
            print_row(kinds[at][1], is_person ? number : reply_text(person, "by"),
                      reply_number(reply_find(person, kinds[at][0]), "amount"));
        }
    }
}

/* Times in ms since 1970; 0 = it has not come back. */
static void print_sold_out(const struct sold_out *sold_out)
{
    for (uint32_t i = 0; i < sold_out->count; i++) {
        print_row("sold-out-from", sold_out->spells[i].name, sold_out->spells[i].at_ms);
        print_row("sold-out-until", sold_out->spells[i].name, sold_out->spells[i].until_ms);
    }
}

static void print_devices(const struct report_books *books)
{
    for (uint32_t i = 0; i < books->count; i++) {
        const struct report_book *book = &books->books[i];
        print_row("device-complete", book->name, book_is_complete(book));
        print_row("device-events", book->name, (int64_t)book->events);
        print_row("device-lacks", book->name, (int64_t)book->lacks);
        print_row("device-last", book->name, book->last_ms);
    }
}

static void print_provider(const struct reply_node *told)
{
    static const char *const parts[] = {"taken", "given_back", "held", "disputed"};
    for (size_t i = 0; told != NULL && i < sizeof parts / sizeof parts[0]; i++) {
        print_row("provider-ours", parts[i], reply_number(reply_find(told, "in_ledger"), parts[i]));
        print_row("provider-theirs", parts[i],
                  reply_number(reply_find(told, "at_provider"), parts[i]));
    }
    if (told != NULL) {
        print_row("provider", "differences", reply_number(told, "found"));
    }
}

void report_print_rows(const struct report_look *look)
{
    char hour[16];
    for (uint32_t i = 0; i < look->hours_count; i++) {
        (void)snprintf(hour, sizeof hour, "%02u:00", look->hours[i].hour);
        print_row("hour", hour, look->hours[i].owed_minor);
        print_row("hour-orders", hour, look->hours[i].orders);
    }
    for (uint32_t i = 0; i < look->stalls_count; i++) {
        print_row("stall", look->sums[i].name, look->sums[i].owed_minor);
    }
    print_items(look);
    print_shares(look, "channels", "channel");
    print_shares(look, "modes", "mode");
    print_waits(look);
    print_losses(look);
    print_drawers(look);
    print_people(look);
    print_sold_out(&look->books->sold_out);
    print_devices(look->books);
    print_provider(look->reconciliation);
    if (look->before != NULL) {
        const struct reply_node *report = reply_find(look->before, "report");
        print_row("before", "orders", reply_number(report, "orders"));
        print_row("before", "owed", reply_number(report, "owed"));
    }
}
