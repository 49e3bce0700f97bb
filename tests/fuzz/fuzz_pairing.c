/* fuzz_pairing.c - what anybody may say to the door that needs no invitation, and what anybody may
 * shout on the network.
 *
 * Input: 1 byte, which; then the frame.
 */
#include <string.h>

#include "node/mesh/beacon.h"
#include "node/mesh/pairing.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static void try_commit(struct bytes frame)
{
    struct hash commitment;
    uint8_t again[PAIR_FRAME_BYTES_MAX];
    if (pair_commit_decode(frame, &commitment) == 0) {
        check(frame.size <= sizeof again);
    }
}

/* Both sides come to the same digits and secret from any words that make sense. */
static void try_conclusion(const struct pair_part *inviter, const struct pair_part *newcomer)
{
    static struct transport_secret secret;
    static struct paired paired;
    secret = pair_door_key();
    if (pair_conclude(inviter, newcomer, &secret, &paired) == 0) {
        check(strlen(paired.digits) == PAIR_DIGITS);
        check(strspn(paired.digits, "0123456789") == PAIR_DIGITS);
        check(memchr(paired.name, '\0', sizeof paired.name) != NULL);
    }
}

static struct pair_part newcomer(void)
{
    static const struct public_key key = {{9}};
    struct pair_part part;
    check(pair_part_newcomer(&key, "till", &part) == 0);
    return part;
}

static void try_offer(struct bytes frame)
{
    struct pair_part offer;
    if (pair_offer_decode(frame, &offer) == 0) {
        const struct pair_part other = newcomer();
        check(offer.size <= sizeof offer.data);
        try_conclusion(&offer, &other);
    }
}

static void try_reveal(struct bytes frame)
{
    static const struct hash commitment = {{0}};
    struct pair_part part;
    check(pair_reveal_decode(frame, &commitment, &part) != 0); /* nothing hashes to zeros */
}

static void try_beacon(struct bytes frame)
{
    static const struct popup_id popup = {{1}};
    const struct beacon_config config = {.popup = popup, .device = 7, .mesh_port = 7440};
    uint8_t own[BEACON_BYTES];
    struct beacon_tag tag;
    uint16_t port;
    if (beacon_read(frame, &popup, &tag, &port) == 0) {
        beacon_write(&config, own);
        check(frame.size == BEACON_BYTES && memcmp(frame.data, own, 10) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct bytes) = {try_commit, try_offer, try_reveal, try_beacon};
    if (size > 0) {
        tries[data[0] % 4](bytes_of(data + 1, size - 1));
    }
    return 0;
}
