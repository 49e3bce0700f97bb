#include "sync/domain/menu_choices.h"

#include "sync/base/check.h"
#include "sync/domain/menu_events.h"

enum { BUCKETS = 256 };

#define NONE ((uint32_t)UINT16_MAX + 1) /* no event */
_Static_assert((uint32_t)HISTORY_EVENTS_MAX <= NONE, "an event's index fits");

/* The newest write of each choice in each branch, in lists by the hash of its names. */
struct heard {
    const struct history *history;
    uint32_t heads[BUCKETS];           /* or NONE */
    uint16_t next[HISTORY_EVENTS_MAX]; /* of an event in a list; the last one is its own */
};

static uint32_t bucket_of(const struct menu_choice_said *said)
{
    const struct bytes names[] = {said->group, said->choice};
    uint32_t hash = 2166136261;
    for (uint32_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < names[i].size; k++) {
            hash = (hash ^ names[i].data[k]) * 16777619;
        }
    }
    return (hash ^ hash >> 16) % BUCKETS;
}

static uint32_t next_of(const struct heard *heard, uint32_t at)
{
    return heard->next[at] == at ? NONE : heard->next[at];
}

/* From event @at of its list on, @at too, the next write of the choice that @said names. */
static uint32_t find(const struct heard *heard, uint32_t at, const struct menu_choice_said *said,
                     struct menu_choice_said *ret_found)
{
    for (; at != NONE; at = next_of(heard, at)) {
        check(menu_choice_decode(heard->history->events[at].body, ret_found) == 0);
        if (bytes_equal(ret_found->group, said->group) &&
            bytes_equal(ret_found->choice, said->choice)) {
            break;
        }
    }
    return at;
}

static bool is_said_later(const struct heard *heard, uint32_t index,
                          const struct menu_choice_said *said)
{
    const struct history_event *events = heard->history->events;
    struct menu_choice_said found;
    uint32_t at = find(heard, heard->heads[bucket_of(said)], said, &found);
    while (at != NONE && events[at].branch != events[index].branch) {
        at = find(heard, next_of(heard, at), said, &found);
    }
    return at != NONE;
}

/* The newest first: events come by (branch, seq). */
static void hear(struct heard *heard, const struct history *history)
{
    struct menu_choice_said said;
    heard->history = history;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        heard->heads[i] = NONE;
    }
    for (uint32_t i = history->count; i-- > 0;) {
        const struct history_event *event = &history->events[i];
        if (event->type != (uint32_t)EVENT_MENU_CHOICE ||
            menu_choice_decode(event->body, &said) != 0 || is_said_later(heard, i, &said)) {
            continue;
        }
        uint32_t *head = &heard->heads[bucket_of(&said)];
        heard->next[i] = (uint16_t)(*head == NONE ? i : *head);
        *head = i;
    }
}

/* From event @at of its list on, the next write of the choice that nobody has overwritten. */
static uint32_t find_maximal(const struct heard *heard, uint32_t at,
                             const struct menu_choice_said *said,
                             struct menu_choice_said *ret_found)
{
    const uint32_t head = heard->heads[bucket_of(said)];
    struct menu_choice_said other;
    bool is_overwritten = true;
    for (at = find(heard, at, said, ret_found); at != NONE && is_overwritten;) {
        is_overwritten = false;
        for (uint32_t i = find(heard, head, said, &other); i != NONE && !is_overwritten;
             i = find(heard, next_of(heard, i), said, &other)) {
            is_overwritten = history_saw(heard->history, i, at);
        }
        at = is_overwritten ? find(heard, next_of(heard, at), said, ret_found) : at;
    }
    return at;
}

static bool is_out(const struct heard *heard, const struct menu_choice_said *choice,
                   bool *ret_disputed)
{
    struct menu_choice_said said;
    bool is_said = false, is_back = false;
    for (uint32_t at = find_maximal(heard, heard->heads[bucket_of(choice)], choice, &said);
         at != NONE; at = find_maximal(heard, next_of(heard, at), choice, &said)) {
        is_said |= !said.is_available;
        is_back |= said.is_available;
    }
    *ret_disputed = is_said && is_back;
    return is_said;
}

void menu_choices_fill(const struct history *history, struct menu_item *item)
{
    struct heard heard;
    hear(&heard, history);
    for (uint32_t i = 0; i < item->groups_count; i++) {
        struct menu_group *group = &item->groups[i];
        for (uint32_t k = 0; k < group->choices_count; k++) {
            const struct menu_choice_said choice = {.group = group->name,
                                                    .choice = group->choices[k].name};
            group->is_out[k] = is_out(&heard, &choice, &group->is_disputed[k]);
            item->has_conflict |= group->is_disputed[k];
        }
    }
}

void menu_choices_keep(const struct history *history, bool *keep)
{
    struct heard heard;
    struct menu_choice_said said, found;
    hear(&heard, history);
    for (uint32_t i = 0; i < BUCKETS; i++) {
        for (uint32_t at = heard.heads[i]; at != NONE; at = next_of(&heard, at)) {
            check(menu_choice_decode(history->events[at].body, &said) == 0);
            keep[at] = find_maximal(&heard, at, &said, &found) == at;
        }
    }
}
