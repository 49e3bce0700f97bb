/* Of the report's page: who took something off, what was sold out, whose journals are here, and
 * what the card provider says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/report_put.h"

/* --- who took something off --- */

static const char *const kinds[] = {"voids", "cancels", "discounts", "refunds"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void put_person(const struct report_look *look, const char *name, const int64_t sums[KINDS])
{
    cell_name(name);
    for (size_t i = 0; i < KINDS; i++) {
        cell_amount(look, sums[i]);
    }
    put("</tr>");
}

static void sums_add(int64_t sums[KINDS], const struct reply_node *person)
{
    for (size_t i = 0; i < KINDS; i++) {
        sums[i] += reply_number(reply_find(person, kinds[i]), "amount");
    }
}

void put_people(const struct report_look *look)
{
    const struct reply_node *people = reply_find(look->trade, "people");
    const size_t count = reply_count(people);
    const size_t shown = count > PEOPLE_SHOWN ? PEOPLE_SHOWN - 1 : count;
    int64_t others[KINDS] = {0};
    if (count == 0) {
        return;
    }
    table_begin_named("people", "Taken off, by whom", "voided,cancelled,discounts,refunds");
    for (size_t i = 0; i < count; i++) {
        int64_t sums[KINDS] = {0};
        char buffer[REPORT_WHO_BYTES_MAX];
        const struct reply_node *person = reply_at(people, i);
        sums_add(i < shown ? sums : others, person);
        if (i < shown) {
            put_person(look, report_who(look, person, buffer), sums);
        }
    }
    if (shown < count) {
        put_person(look, "all others", others);
    }
    table_end();
}

/* --- what was sold out --- */

/* Around what time the page is: times of another date say theirs. */
static int64_t day_ms(const struct report_look *look)
{
    const struct reply_node *slots = reply_find(look->trade, "slots");
    const int64_t first = reply_number(reply_at(slots, 0), "at");
    return first != 0 ? first : look->books->from_ms;
}

static void put_spell(const struct report_look *look, const struct sold_out_spell *spell)
{
    cell_name(spell->name);
    cell_time(spell->at_ms, day_ms(look));
    if (spell->until_ms == 0) {
        put("<td>-</td>");
    } else {
        cell_time(spell->until_ms, day_ms(look));
    }
    put("</tr>");
}

void put_sold_out(const struct report_look *look)
{
    const struct sold_out *sold_out = &look->books->sold_out;
    if (sold_out->count == 0) {
        return;
    }
    table_begin_named("sold-out", "Sold out", "from,until");
    for (uint32_t i = 0; i < sold_out->count && i < SPELLS_SHOWN; i++) {
        put_spell(look, &sold_out->spells[i]);
    }
    if (sold_out->count > SPELLS_SHOWN) {
        char name[48];
        (void)snprintf(name, sizeof name, "and %" PRIu32 " times more",
                       sold_out->count - (uint32_t)SPELLS_SHOWN);
        cell_name(name);
        put("<td></td><td></td></tr>");
    }
    table_end();
}

/* --- whose journals are here --- */

static const char *const states[] = {
    [BOOK_OWN] = "all: this device", [BOOK_CLOSED] = "all: it closed the day",
    [BOOK_RETIRED] = "all: retired", [BOOK_REVOKED] = "revoked",
    [BOOK_LINKED] = "all: linked",   [BOOK_LACKS] = "not yet in",
    [BOOK_UNHEARD] = "not yet in",
};

static void put_book(const struct report_look *look, const struct report_book *book)
{
    cell_name(book->name);
    cell_count((int64_t)book->events);
    cell_time(book->last_ms, day_ms(look));
    if (book->state == BOOK_LACKS) {
        (void)printf("<td>not yet in: lacks %" PRIu64 "</td></tr>", book->lacks);
    } else {
        (void)printf("<td>%s</td></tr>", states[book->state]);
    }
}

/* Those that are not all here come first: of many devices they are the ones to look at. */
static uint32_t put_books(const struct report_look *look, bool is_complete, uint32_t room)
{
    for (uint32_t i = 0; i < look->books->count && room > 0; i++) {
        if (book_is_complete(&look->books->books[i]) == is_complete) {
            put_book(look, &look->books->books[i]);
            room--;
        }
    }
    return room;
}

void put_devices(const struct report_look *look)
{
    const uint32_t count = look->books->count;
    table_begin_named("devices", "Journals of devices", "events,the last,is it all");
    const uint32_t room = put_books(look, false, BOOKS_SHOWN);
    (void)put_books(look, true, room);
    if (count > BOOKS_SHOWN) {
        char name[48];
        (void)snprintf(name, sizeof name, "and %" PRIu32 " devices more",
                       count - (uint32_t)BOOKS_SHOWN);
        cell_name(name);
        put("<td></td><td></td><td></td></tr>");
    }
    table_end();
}

/* --- the card provider --- */

void put_provider(const struct report_look *look)
{
    static const struct {
        const char *field, *title;
    } rows[] = {{"taken", "taken"},
                {"given_back", "given back"},
                {"held", "held"},
                {"disputed", "disputed"}};
    const struct reply_node *told = look->reconciliation;
    if (told == NULL) {
        put("<section><h2>Card provider</h2><p id=\"provider-none\">This day was not compared with "
            "the provider&#39;s books here (--reconcile).</p></section>\n");
        return;
    }
    table_begin_named("provider", "Card provider, compared", "our books,provider");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cell_name(rows[i].title);
        cell_amount(look, reply_number(reply_find(told, "in_ledger"), rows[i].field));
        cell_amount(look, reply_number(reply_find(told, "at_provider"), rows[i].field));
        put("</tr>");
    }
    cell_name("differences");
    put("<td></td>");
    cell_count(reply_number(told, "found"));
    put("</tr>");
    table_end();
}
