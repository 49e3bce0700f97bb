/* Who may do what, as each log knew it: staff.role and roster.saw folded into tables that answer by
 * position. */
#include <string.h>

#include "sync/roster/roster_load.h"

_Static_assert(CAP_COUNT <= 32, "rights are kept in 32 bits");

/* --- what was said --- */

int people_take_role(struct load *load, const struct log_point *at, const struct event *event)
{
    struct roster *roster = load->roster;
    struct staff_role said;
    const uint32_t place = roster_log_place(roster, at->log);
    if (staff_role_decode(event->body, &said) != 0) {
        return 0;
    }
    if (load->spoken_count == ROSTER_ROLES_MAX) {
        roster->is_cut_short = true;
        return 0;
    }
    load->spoken[load->spoken_count++] = (struct spoken_role){.staff = said.staff,
                                                              .version = said.version,
                                                              .role = said.role,
                                                              .log = place,
                                                              .seq = at->seq};
    roster->logs[place].stated_seq = at->seq; /* a log's events come in order */
    return 0;
}

/* The higher version counts; of equals, what all of them allow. */
static void person_take(struct roster_person *person, const struct spoken_role *said)
{
    const uint64_t capabilities = role_person_capabilities(said->role);
    if (said->version > person->version) {
        person->version = said->version;
        person->role = said->role;
        person->capabilities = capabilities;
        person->is_disputed = false;
    } else if (said->version == person->version) {
        person->is_disputed |= said->role != person->role;
        person->role = said->role < person->role ? said->role : person->role;
        person->capabilities &= capabilities;
    }
}

/* The person, new if need be; NULL when the table is full. */
static struct roster_person *person_admit(struct roster *roster, uint64_t staff)
{
    const uint32_t place = roster_person_place(roster, staff);
    struct roster_person *person = &roster->people[place];
    if (place < roster->people_count && person->staff == staff) {
        return person;
    }
    roster->is_cut_short |= roster->people_count == ROSTER_PEOPLE_MAX;
    if (!roster_make_room(roster->people, sizeof *person, &roster->people_count, ROSTER_PEOPLE_MAX,
                          place)) {
        return NULL;
    }
    *person = (struct roster_person){.staff = staff};
    return person;
}

void people_settle(struct load *load)
{
    for (uint32_t i = 0; i < load->spoken_count; i++) {
        struct roster_person *person = person_admit(load->roster, load->spoken[i].staff);
        if (person != NULL) {
            person_take(person, &load->spoken[i]);
        }
    }
    for (uint32_t i = 0; i < load->roster->logs_count; i++) {
        load->roster->logs[i].is_view_newest = load->spoken_count == 0;
    }
}

/* --- what each log had seen of it --- */

static bool is_seen(const struct load *load, const struct spoken_role *said)
{
    return said->seq <= load->seen[said->log];
}

/* From @seq on the log at @log knows @person as @known. */
static void right_keep(struct roster *roster, uint32_t log, uint32_t person, uint64_t seq,
                       const struct roster_person *known)
{
    const uint32_t place = roster_right_place(roster, log, person, seq);
    const struct roster_right *before = place > 0 ? &roster->rights[place - 1] : NULL;
    const bool is_newest = known->version == roster->people[person].version;
    if (before != NULL && before->log == log && before->person == person &&
        before->capabilities == (uint32_t)known->capabilities && before->is_newest == is_newest) {
        return;
    }
    roster->is_cut_short |= roster->rights_count == ROSTER_RIGHTS_MAX;
    if (roster_make_room(roster->rights, sizeof roster->rights[0], &roster->rights_count,
                         ROSTER_RIGHTS_MAX, place)) {
        roster->rights[place] = (struct roster_right){.log = (uint16_t)log,
                                                      .person = (uint16_t)person,
                                                      .is_newest = is_newest,
                                                      .capabilities = (uint32_t)known->capabilities,
                                                      .from_seq = seq,
                                                      .outdated_from = UINT64_MAX};
    }
}

/* load->seen is what the log at @log knows from @seq on. */
static void view_apply(struct load *load, uint32_t log, uint64_t seq)
{
    struct roster *roster = load->roster;
    struct roster_person known[ROSTER_PEOPLE_MAX];
    memset(known, 0, sizeof known[0] * roster->people_count);
    roster->logs[log].is_view_newest = true;
    for (uint32_t i = 0; i < load->spoken_count; i++) {
        const struct spoken_role *said = &load->spoken[i];
        const struct roster_person *person = roster_person_find(roster, said->staff);
        roster->logs[log].is_view_newest &= is_seen(load, said);
        if (person != NULL && is_seen(load, said)) {
            person_take(&known[person - roster->people], said);
        }
    }
    for (uint32_t person = 0; person < roster->people_count; person++) {
        if (known[person].version > 0) {
            right_keep(roster, log, person, seq, &known[person]);
        }
    }
}

/* Turn to the log at @at; NULL when the roster does not hold it. */
static struct roster_log *view_of(struct load *load, const struct log_point *at)
{
    if (load->seen_log != at->log) {
        load->seen_log = at->log;
        memset(load->seen, 0, sizeof load->seen);
    }
    return roster_log_of(load->roster, at->log);
}

/* What @saw names of the logs that are known, over what the log at @own said itself. */
static void heads_of(const struct load *load, const struct roster_saw *saw, uint32_t own,
                     uint64_t heads[LOGS_MAX])
{
    const struct roster *roster = load->roster;
    memset(heads, 0, LOGS_MAX * sizeof *heads);
    for (uint32_t i = 0; i < saw->count; i++) {
        const struct roster_log *log = roster_log_find(roster, saw->heads[i].log);
        if (log != NULL) {
            heads[log - roster->logs] = saw->heads[i].seq;
        }
    }
    heads[own] = load->seen[own];
}

/* Whether the view of the log at @own reaches beyond what still counts of another's statements. */
static bool is_beyond(const struct load *load, uint32_t own, const uint64_t heads[LOGS_MAX])
{
    const struct roster *roster = load->roster;
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        if (i == own || heads[i] == 0) {
            continue;
        }
        const enum verdict verdict =
            roster_judge(roster, roster->logs[i].id, heads[i], EVENT_STAFF_ROLE, 0);
        if (verdict == VERDICT_FORKED || verdict == VERDICT_FORBIDDEN) {
            return true;
        }
    }
    return false;
}

/* A view that has forgotten something says nothing. */
int people_see(struct load *load, const struct log_point *at, const struct event *event)
{
    struct roster_saw saw;
    uint64_t heads[LOGS_MAX];
    struct roster_log *log = view_of(load, at);
    if (log == NULL || roster_saw_decode(event->body, &saw) != 0) {
        return 0;
    }
    const uint32_t own = (uint32_t)(log - load->roster->logs);
    heads_of(load, &saw, own, heads);
    for (uint32_t i = 0; i < load->roster->logs_count; i++) {
        if (heads[i] < load->seen[i]) {
            return 0;
        }
    }
    memcpy(load->seen, heads, sizeof heads);
    log->saw_seq = at->seq;
    if (log->vouches_from == UINT64_MAX && is_beyond(load, own, heads)) {
        log->vouches_from = at->seq;
    }
    view_apply(load, own, at->seq);
    return 0;
}

/* What a log says itself it knows without being told. */
int people_see_own(struct load *load, const struct log_point *at, const struct event *event)
{
    const struct roster_log *log = view_of(load, at);
    (void)event;
    if (log != NULL) {
        const uint32_t own = (uint32_t)(log - load->roster->logs);
        load->seen[own] = at->seq;
        view_apply(load, own, at->seq);
    }
    return 0;
}

/* --- views that were outdated --- */

/* The last event of @log that the writer of @said held. */
static uint64_t held_of(const struct staff_role *said, uint64_t log)
{
    for (uint32_t i = 0; i < said->held.count; i++) {
        if (said->held.heads[i].log == log) {
            return said->held.heads[i].seq;
        }
    }
    return 0;
}

/* What was written by @person, in logs that did not know that @said, after what its writer held:
 * neither knew of the other. */
static void mark_outdated(struct roster *roster, uint32_t person, const struct staff_role *said)
{
    for (uint32_t i = 0; i < roster->rights_count; i++) {
        struct roster_right *right = &roster->rights[i];
        if (right->person != person || right->is_newest) {
            continue;
        }
        const uint64_t after = held_of(said, roster->logs[right->log].id) + 1;
        const uint64_t from = after > right->from_seq ? after : right->from_seq;
        right->outdated_from = from < right->outdated_from ? from : right->outdated_from;
    }
}

int people_finish(struct load *load)
{
    struct roster *roster = load->roster;
    for (uint32_t i = 0; i < load->spoken_count; i++) {
        const struct spoken_role *spoken = &load->spoken[i];
        const struct roster_person *person = roster_person_find(roster, spoken->staff);
        if (person == NULL || person->version != spoken->version) {
            continue;
        }
        struct staff_role said;
        struct operation id;
        struct event event;
        int err = event_read(load->txn, roster->logs[spoken->log].id, spoken->seq, &id, &event);
        if (err == 0) {
            err = staff_role_decode(event.body, &said);
        }
        if (err != 0) {
            return err;
        }
        mark_outdated(roster, (uint32_t)(person - roster->people), &said);
    }
    return 0;
}
