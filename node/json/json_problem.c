#include "node/json/json_problem.h"

#include <stdio.h>

#include "node/json/json_build.h"

enum { DETAIL_BYTES_MAX = NAME_BYTES_MAX + 64 };

struct json_value *json_problem_saying(int err, int status, const char *title, const char *where)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "type", "about:blank");
    json_put_string(object, "title", title);
    json_put_int(object, "status", status);
    json_put_string(object, "code", err_code(err));
    json_put_string(object, "detail", where);
    return object;
}

struct json_value *json_problem(int err, int status, const char *where)
{
    return json_problem_saying(err, status, err_text(err), where);
}

struct json_value *json_away_problem(int status, const char *where)
{
    static const char title[] = "The device that keeps this cannot be reached now. Try again in a "
                                "moment, or ask at the counter.";
    struct json_value *object = json_problem_saying(ERR_BUSY, status, title, where);
    json_put_bool(object, "away", true);
    return object;
}

struct json_value *json_full_problem(int status, struct bytes station)
{
    static const char title[] = "The kitchen has more to make than it gets done now. Try again in "
                                "some minutes, or ask at the counter.";
    struct json_value *object = json_problem_saying(ERR_UNAVAILABLE, status, title, "");
    json_put_text(object, "station", station);
    return object;
}

/* Why the item, which is on the menu, cannot be had: so many at most, since some may be kept for
 * others. */
static void why_not(const struct state *state, char *to, size_t capacity)
{
    const struct menu_item *item = &state->item;
    if (item->name.size == 0) {
        (void)snprintf(to, capacity, "not on the menu");
    } else if (state->is_stall_closed) {
        (void)snprintf(to, capacity, "its stall is out of use");
    } else if (item->is_hidden || !item->is_available) {
        (void)snprintf(to, capacity, "not sold now");
    } else if (menu_lacking(item) != NULL) {
        (void)snprintf(to, capacity, "too few of its choices are left");
    } else if (state->item_stock.here <= 0) {
        (void)snprintf(to, capacity, "sold out");
    } else {
        (void)snprintf(to, capacity, "%lld left at most", (long long)state->item_stock.here);
    }
}

/* The name of the choice that is out; empty when there is none, or the menu has changed since. */
static struct bytes choice_out(const struct menu_item *item, const struct choice_place *place)
{
    const bool is_there = place->is_one && place->group < item->groups_count &&
                          place->choice < item->groups[place->group].choices_count;
    return is_there ? item->groups[place->group].choices[place->choice].name : bytes_of(NULL, 0);
}

static void what_is_wrong(int err, int found, bool is_choice_out, const struct state *state,
                          char *to, size_t capacity)
{
    to[0] = '\0';
    if (is_choice_out) {
        (void)snprintf(to, capacity, "a choice of it is out");
    } else if (err == ERR_MISMATCH) {
        (void)snprintf(to, capacity, "its choices are not those of the menu");
    } else if (err == ERR_UNAVAILABLE && found == ERR_NOT_FOUND) {
        (void)snprintf(to, capacity, "not on the menu");
    } else if (err == ERR_UNAVAILABLE && found == 0) {
        why_not(state, to, capacity);
    }
}

struct json_value *json_item_problem(int err, int status, uint64_t number, int found,
                                     const struct choice_place *place, const struct state *state)
{
    char wrong[64], detail[DETAIL_BYTES_MAX];
    const struct bytes name = found == 0 ? state->item.name : bytes_of(NULL, 0);
    const struct bytes out = found == 0 ? choice_out(&state->item, place) : bytes_of(NULL, 0);
    what_is_wrong(err, found, out.size > 0, state, wrong, sizeof wrong);
    (void)snprintf(detail, sizeof detail, "item %llu%s%.*s%s%s", (unsigned long long)number,
                   name.size == 0 ? "" : ", ", (int)name.size,
                   name.size == 0 ? "" : (const char *)name.data, wrong[0] == '\0' ? "" : ": ",
                   wrong);
    struct json_value *object = json_problem(err, status, detail);
    json_put_count(object, "item", number);
    if (name.size > 0) {
        json_put_text(object, "item_name", name);
    }
    if (out.size > 0) {
        json_put_text(object, "choice", out);
    }
    return object;
}
