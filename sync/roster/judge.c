/* Judging: whether an event counts, from the roster's tables alone. */
#include "sync/log/gateway.h"
#include "sync/roster/roster_load.h"

bool roster_awaits(const struct roster *roster, uint64_t log, uint64_t first_seq, uint64_t last_seq)
{
    const struct roster_log *found = roster_log_find(roster, log);
    bool is_named = false;
    for (uint32_t i = 0; found != NULL && i < found->revocations_count; i++) {
        const uint64_t seq = found->revocations[i].seq;
        is_named |= seq >= first_seq && seq <= last_seq;
    }
    return is_named;
}

static uint64_t capabilities_at(const struct roster *roster, const struct roster_log *log,
                                uint64_t seq)
{
    const uint32_t place = roster_change_place(roster, log->id, seq);
    const bool is_changed = place > 0 && roster->changes[place - 1].log == log->id;
    return is_changed ? roster->changes[place - 1].capabilities : log->capabilities;
}

uint64_t roster_capabilities(const struct roster *roster, uint64_t log, uint64_t seq)
{
    const struct roster_log *found = roster_log_find(roster, log);
    return found != NULL ? capabilities_at(roster, found, seq) : 0;
}

/* Whether @log could ever state something about the roster. */
static bool held_roster(const struct roster *roster, const struct roster_log *log)
{
    const uint64_t bit = capability_bit(CAP_ROSTER);
    bool is_held = (log->capabilities & bit) != 0;
    for (uint32_t i = roster_change_place(roster, log->id, 0);
         i < roster->changes_count && roster->changes[i].log == log->id; i++) {
        is_held |= (roster->changes[i].capabilities & bit) != 0;
    }
    return is_held;
}

/* The last event that a revocation of @log names. */
static uint64_t named_to(const struct roster_log *log)
{
    const uint32_t count = log->revocations_count;
    return count > 0 ? log->revocations[count - 1].seq : log->revoked_seq;
}

uint64_t roster_limit(const struct roster *roster, uint64_t log)
{
    const struct roster_log *found = roster_log_find(roster, log);
    if (found == NULL) {
        return UINT64_MAX;
    }
    const uint64_t forked = found->fork_seq == UINT64_MAX ? UINT64_MAX : found->fork_seq - 1;
    const bool is_revoked = named_to(found) < forked && !held_roster(roster, found);
    return is_revoked ? named_to(found) : forked;
}

uint64_t roster_voided_from(const struct roster_log *log)
{
    const bool is_revoked = log->unrevoked_to < log->fork_seq;
    return is_revoked ? log->unrevoked_to + 1 : log->fork_seq;
}

uint64_t roster_salvage_limit(const struct roster_log *log)
{
    if (log->is_revoked_crowded) {
        return 0;
    }
    for (uint32_t i = log->revocations_count; i-- > 0;) {
        if (!log->revocations[i].is_elsewhere) {
            return log->revocations[i].seq;
        }
    }
    return log->revoked_seq == UINT64_MAX ? UINT64_MAX : 0;
}

/* What the registers say of (@log, @seq). */
static enum verdict judge_place(const struct roster_log *log, uint64_t seq)
{
    if (seq <= 1) {
        return VERDICT_VALID;
    }
    if (seq > log->unrevoked_to) {
        return VERDICT_REVOKED;
    }
    return seq >= log->fork_seq ? VERDICT_FORKED : VERDICT_VALID;
}

/* What the log at place @log knew of @staff at @seq; NULL when nobody had said a word. */
static const struct roster_right *right_at(const struct roster *roster, uint32_t log,
                                           uint64_t staff, uint64_t seq)
{
    const struct roster_person *known = roster_person_find(roster, staff);
    if (known == NULL) {
        return NULL;
    }
    const uint32_t person = (uint32_t)(known - roster->people);
    const uint32_t place = roster_right_place(roster, log, person, seq);
    const struct roster_right *right = place > 0 ? &roster->rights[place - 1] : NULL;
    return right != NULL && right->log == log && right->person == person ? right : NULL;
}

/* Whether it is a person's doing: what is stated of the roster itself is its device's word, else
 * two such statements could make and unmake each other's writers. */
static bool is_by_person(const struct event_info *info, uint64_t by)
{
    return by != 0 && info->kind != KIND_ROSTER;
}

/* Whether the person @by may do that, as far as @log had said at @seq that it knew. */
static bool is_known_to_allow(const struct roster *roster, const struct roster_log *log,
                              uint64_t seq, const struct event_info *info, uint64_t by)
{
    const struct roster_right *right = right_at(roster, (uint32_t)(log - roster->logs), by, seq);
    return right != NULL && (right->capabilities & capability_bit(info->capability)) != 0;
}

/* As roster_judge(), of people by what @log knew alone. */
static enum verdict judge(const struct roster *roster, const struct roster_log *log, uint64_t seq,
                          uint32_t type, uint64_t by)
{
    if (log == NULL) {
        return VERDICT_UNKNOWN_LOG;
    }
    const enum verdict verdict = judge_place(log, seq);
    const struct event_info *info = event_info_find(type);
    if (verdict != VERDICT_VALID || info == NULL) {
        return verdict;
    }
    const uint64_t may = capabilities_at(roster, log, seq);
    const bool is_allowed =
        device_may_write(may, info) &&
        (!is_by_person(info, by) || is_known_to_allow(roster, log, seq, info, by));
    return is_allowed ? VERDICT_VALID : VERDICT_FORBIDDEN;
}

enum verdict roster_judge(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                          uint64_t by)
{
    const struct roster_log *found = roster_log_find(roster, log);
    const bool is_vouched_for = found != NULL && seq >= found->vouches_from;
    return judge(roster, found, seq, type, is_vouched_for ? 0 : by);
}

bool roster_permits(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                    uint64_t by)
{
    return judge(roster, roster_log_find(roster, log), seq, type, by) == VERDICT_VALID;
}

bool roster_allows_salvaged(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type)
{
    const struct roster_log *found = roster_log_find(roster, log);
    const struct event_info *info = event_info_find(type);
    const uint64_t may = roster_capabilities(roster, log, seq);
    return found != NULL && (info == NULL || device_may_write(may, info));
}

bool roster_is_outdated(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                        uint64_t by)
{
    const struct roster_log *found = roster_log_find(roster, log);
    const struct event_info *info = event_info_find(type);
    if (found == NULL || info == NULL || !is_by_person(info, by)) {
        return false;
    }
    if (seq >= found->vouches_from && !is_known_to_allow(roster, found, seq, info, by)) {
        return true;
    }
    const struct roster_right *right = right_at(roster, (uint32_t)(found - roster->logs), by, seq);
    if (right == NULL || seq < right->outdated_from) {
        return false;
    }
    const uint64_t now = roster->people[right->person].capabilities;
    return (now & capability_bit(info->capability)) == 0;
}

const struct roster_person *roster_person_find(const struct roster *roster, uint64_t staff)
{
    const uint32_t place = roster_person_place(roster, staff);
    const bool is_there = place < roster->people_count && roster->people[place].staff == staff;
    return is_there ? &roster->people[place] : NULL;
}

void roster_view(const struct roster *roster, uint64_t own_log, struct roster_saw *ret_saw)
{
    ret_saw->count = 0;
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        const struct roster_log *log = &roster->logs[i];
        if (log->stated_seq > 0 && log->id != own_log) {
            ret_saw->heads[ret_saw->count++] =
                (struct log_point){.log = log->id, .seq = log->stated_seq};
        }
    }
}

/* Whether the changes of rights of one log are the same in both. */
static bool changes_alike(const struct roster *a, const struct roster *b, uint64_t log)
{
    uint32_t i = roster_change_place(a, log, 0);
    uint32_t j = roster_change_place(b, log, 0);
    for (;; i++, j++) {
        const bool has_a = i < a->changes_count && a->changes[i].log == log;
        const bool has_b = j < b->changes_count && b->changes[j].log == log;
        if (!has_a || !has_b) {
            return has_a == has_b;
        }
        if (a->changes[i].from_seq != b->changes[j].from_seq ||
            a->changes[i].capabilities != b->changes[j].capabilities ||
            a->changes[i].is_stated != b->changes[j].is_stated) {
            return false;
        }
    }
}

/* Whether the same was known of the same people, who may now do the same, and vouched for. */
static bool rights_alike(const struct roster *a, const struct roster_log *log_a,
                         const struct roster *b, const struct roster_log *log_b)
{
    if (log_a->vouches_from != log_b->vouches_from) {
        return false;
    }
    const uint32_t place_a = (uint32_t)(log_a - a->logs);
    const uint32_t place_b = (uint32_t)(log_b - b->logs);
    uint32_t i = roster_right_place(a, place_a, 0, 0);
    uint32_t j = roster_right_place(b, place_b, 0, 0);
    for (;; i++, j++) {
        const struct roster_right *right_a = &a->rights[i];
        const struct roster_right *right_b = &b->rights[j];
        const bool has_a = i < a->rights_count && right_a->log == place_a;
        const bool has_b = j < b->rights_count && right_b->log == place_b;
        if (!has_a || !has_b) {
            return has_a == has_b;
        }
        const struct roster_person *person_a = &a->people[right_a->person];
        const struct roster_person *person_b = &b->people[right_b->person];
        if (person_a->staff != person_b->staff ||
            person_a->capabilities != person_b->capabilities ||
            right_a->from_seq != right_b->from_seq ||
            right_a->capabilities != right_b->capabilities ||
            right_a->outdated_from != right_b->outdated_from) {
            return false;
        }
    }
}

/* Whether the same chains of the log are to stand. */
static bool revocations_alike(const struct roster_log *a, const struct roster_log *b)
{
    bool are_alike = a->revoked_seq == b->revoked_seq && a->unrevoked_to == b->unrevoked_to &&
                     a->is_revoked_crowded == b->is_revoked_crowded &&
                     a->revocations_count == b->revocations_count;
    for (uint32_t i = 0; are_alike && i < a->revocations_count; i++) {
        are_alike = a->revocations[i].seq == b->revocations[i].seq &&
                    hash_equal(&a->revocations[i].hash, &b->revocations[i].hash);
    }
    return are_alike;
}

bool roster_counts_alike(const struct roster *before, const struct roster *after, uint64_t log)
{
    const struct roster_log *was = roster_log_find(before, log);
    const struct roster_log *is = roster_log_find(after, log);
    if (was == NULL || is == NULL) {
        return true; /* nothing of it was here */
    }
    return was->capabilities == is->capabilities && was->fork_seq == is->fork_seq &&
           revocations_alike(was, is) && changes_alike(before, after, log) &&
           rights_alike(before, was, after, is);
}
