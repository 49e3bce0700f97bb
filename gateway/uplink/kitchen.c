#include "gateway/uplink/kitchen.h"

#include <stdio.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

const char kitchen_paused_sentence[] =
    "The kitchen cannot be reached just now, so nothing can be ordered here. It goes on by itself "
    "as soon as it can; at the counter you can order as ever.";

static bool is_kitchen(const struct gate_peer *peer)
{
    return peer->role == ROLE_KITCHEN;
}

static bool may_cook(const struct gate_peer *peer)
{
    return (role_device_capabilities(peer->role) & capability_bit(CAP_COOK)) != 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The shortest silence of those who are @meant; UINT64_MAX: nobody is. */
static uint64_t silence_of(const struct gate_live *live,
                           bool (*is_meant)(const struct gate_peer *peer))
{
    uint64_t silence_ms = UINT64_MAX;
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const struct gate_peer *peer = &live->peers[i];
        if (is_meant(peer) && !peer->is_revoked && !peer->is_retired) {
            const uint64_t heard_ms = smaller(peer->heard_ms_ago, live->uptime_s * 1000);
            silence_ms = smaller(silence_ms, peer->link == GATE_LINKED ? 0 : heard_ms + 1);
        }
    }
    return silence_ms;
}

/* How long none of its devices is heard from: 0 = one is. Of one that was never heard since this
 * node started: as long as that is. */
static uint64_t kitchen_silence_ms(const struct gate_live *live)
{
    const uint64_t kitchens_ms = silence_of(live, is_kitchen);
    const uint64_t cooks_ms = kitchens_ms == UINT64_MAX ? silence_of(live, may_cook) : kitchens_ms;
    return cooks_ms == UINT64_MAX ? 0 : cooks_ms;
}

enum kitchen kitchen_now(const struct gate_live *live, uint64_t pause_ms)
{
    const uint64_t silence_ms = kitchen_silence_ms(live);
    return silence_ms == 0                           ? KITCHEN_HEARD
           : pause_ms != 0 && silence_ms >= pause_ms ? KITCHEN_PAUSED
                                                     : KITCHEN_SILENT;
}

/* In the largest unit of which there are two, rounded down. */
static void print_left(uint64_t left_ms, char *text, size_t size)
{
    static const struct {
        uint64_t from_ms, unit_ms;
        const char *name;
    } units[] = {{(uint64_t)2 * DAY_MS, DAY_MS, "day"},
                 {(uint64_t)2 * HOUR_MS, HOUR_MS, "hour"},
                 {MINUTE_MS, MINUTE_MS, "minute"}};
    (void)snprintf(text, size, "within a minute");
    for (size_t i = sizeof units / sizeof *units; i-- > 0;) {
        const uint64_t count = left_ms / units[i].unit_ms;
        if (left_ms >= units[i].from_ms) {
            (void)snprintf(text, size, "in %llu %s%s", (unsigned long long)count, units[i].name,
                           count == 1 ? "" : "s");
        }
    }
}

void kitchen_hold_print(enum kitchen kitchen, uint64_t rule_ms, uint64_t bank_ms,
                        char ret_text[KITCHEN_SENTENCE_BYTES_MAX])
{
    const char *takes = kitchen == KITCHEN_HEARD
                            ? "has yet to take it"
                            : "cannot be reached just now and has yet to take it";
    const bool is_known = rule_ms != UINT64_MAX || bank_ms != UINT64_MAX;
    char left[32] = "within seven days";
    if (bank_ms == 0) {
        (void)snprintf(ret_text, KITCHEN_SENTENCE_BYTES_MAX,
                       "Ordered; your bank's reservation of the money has ended, and no charge is "
                       "known here. The kitchen %s.",
                       takes);
        return;
    }
    if (is_known) {
        print_left(smaller(rule_ms, bank_ms), left, sizeof left);
    }
    (void)snprintf(ret_text, KITCHEN_SENTENCE_BYTES_MAX,
                   "Ordered; the money is reserved, not charged. The kitchen %s: if it does not, "
                   "%s %s.",
                   takes, rule_ms < bank_ms ? "it ends by itself" : "your bank ends it", left);
}
