#include "node/core/core_pair.h"

#include <string.h>

bool routing_equal(const struct routing *a, const struct routing *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static struct pair_caller *caller_find(struct pairing *pairing, const struct routing *routing)
{
    for (uint32_t i = 0; i < PAIR_CALLERS_MAX; i++) {
        struct pair_caller *caller = &pairing->callers[i];
        if (caller->is_used && routing_equal(&caller->routing, routing)) {
            return caller;
        }
    }
    return NULL;
}

/* A place for @routing; the one that was taken longest ago gives way. */
static struct pair_caller *caller_admit(struct pairing *pairing, const struct routing *routing)
{
    struct pair_caller *caller = caller_find(pairing, routing);
    if (caller == NULL) {
        caller = &pairing->callers[pairing->next];
        pairing->next = (pairing->next + 1) % PAIR_CALLERS_MAX;
    }
    *caller = (struct pair_caller){.is_used = true, .routing = *routing};
    return caller;
}

/* Whoever commits anew gets a fresh offer: no nonce serves twice. */
static bool hear_commit(struct pairing *pairing, const struct pair_host *host,
                        const struct routing *routing, const struct hash *commitment, void *buffer,
                        struct bytes *ret_answer)
{
    struct pair_caller *caller = caller_admit(pairing, routing);
    const struct public_key own = transport_public(host->secret);
    caller->commitment = *commitment;
    int err = pair_part_inviter(&host->popup, &own, &caller->offer);
    if (err == 0) {
        err = pair_offer_encode(&caller->offer, buffer, ret_answer);
    }
    return err == 0;
}

static void hear_reveal(struct pairing *pairing, const struct pair_host *host,
                        const struct pair_speaker *speaker, struct bytes frame)
{
    struct pair_caller *caller = caller_find(pairing, &speaker->routing);
    struct pair_part part;
    struct paired paired;
    if (caller == NULL) {
        return;
    }
    int err = pair_reveal_decode(frame, &caller->commitment, &part);
    if (err == 0) {
        err = pair_conclude(&caller->offer, &part, host->secret, &paired);
    }
    caller->is_used = false;
    if (err != 0 || pairing->is_shown ||
        memcmp(&paired.newcomer, &speaker->key, sizeof speaker->key) !=
            0) { /* the connection proved another key */
        return;
    }
    pairing->is_shown = true;
    pairing->shown = speaker->routing;
    pairing->paired = paired;
}

bool pairing_hear(struct pairing *pairing, const struct pair_host *host,
                  const struct pair_speaker *speaker, struct bytes frame, void *buffer,
                  struct bytes *ret_answer)
{
    struct hash commitment;
    if (pair_commit_decode(frame, &commitment) == 0) {
        return hear_commit(pairing, host, &speaker->routing, &commitment, buffer, ret_answer);
    }
    hear_reveal(pairing, host, speaker, frame);
    return false;
}

void pairing_refuse(struct pairing *pairing)
{
    entropy_wipe(&pairing->paired, sizeof pairing->paired);
    pairing->is_shown = false;
    pairing->is_agreed = false;
}
