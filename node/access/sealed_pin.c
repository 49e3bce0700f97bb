#include "node/access/sealed_pin.h"

#include <sodium.h>
#include <string.h>

#include "sync/base/check.h"

enum { SEALED_VERSION = 1, PART_BYTES = 8 + SEALED_PIN_BYTES };

_Static_assert(SEALED_PIN_BYTES == SEALED_PIN_PLAIN_BYTES + crypto_box_SEALBYTES,
               "libsodium's sealed box");

int pin_of_text(struct bytes text, struct pin *ret_pin)
{
    struct pin pin = {.size = 0};
    if (text.size < PIN_DIGITS_MIN || text.size > PIN_DIGITS_MAX) {
        return ERR_MALFORMED;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return ERR_MALFORMED;
        }
        pin.digits[i] = (char)text.data[i];
    }
    pin.size = (uint8_t)text.size;
    *ret_pin = pin;
    return 0;
}

bool pin_equal(const struct pin *a, const struct pin *b)
{
    return sodium_memcmp(a, b, sizeof *a) == 0;
}

/* --- sealing --- */

static void seal_for(const uint8_t plain[SEALED_PIN_PLAIN_BYTES], uint64_t device,
                     const struct public_key *key, uint8_t *buffer, size_t *size)
{
    put_be64(buffer + *size, device);
    check(crypto_box_seal(buffer + *size + 8, plain, SEALED_PIN_PLAIN_BYTES, key->bytes) == 0);
    *size += PART_BYTES;
}

static bool peer_takes_pins(const struct gate_peer *peer)
{
    return !peer->is_revoked && !peer->is_retired && peer->role != ROLE_GATEWAY;
}

void pin_seal(const struct pin *pin, uint64_t staff, const struct gate_live *live,
              const struct public_key *own, uint8_t buffer[SEALED_PINS_BYTES_MAX],
              struct bytes *ret_bytes)
{
    uint8_t plain[SEALED_PIN_PLAIN_BYTES];
    size_t size = 1;
    buffer[0] = SEALED_VERSION;
    put_be64(plain, staff);
    plain[8] = pin->size;
    memcpy(plain + 9, pin->digits, sizeof pin->digits);
    seal_for(plain, live->device, own, buffer, &size);
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (peer_takes_pins(&live->peers[i])) {
            seal_for(plain, live->peers[i].device, &live->peers[i].transport_key, buffer, &size);
        }
    }
    entropy_wipe(plain, sizeof plain);
    *ret_bytes = bytes_of(buffer, size);
}

/* --- opening --- */

/* The part of @device; NULL when there is none. */
static const uint8_t *part_find(struct bytes sealed, uint64_t device)
{
    if (sealed.size < 1 || sealed.data[0] != SEALED_VERSION) {
        return NULL;
    }
    for (size_t at = 1; sealed.size - at >= PART_BYTES; at += PART_BYTES) {
        if (get_be64(sealed.data + at) == device) {
            return sealed.data + at + 8;
        }
    }
    return NULL;
}

static int plain_read(const uint8_t plain[SEALED_PIN_PLAIN_BYTES], uint64_t staff,
                      struct pin *ret_pin)
{
    if (get_be64(plain) != staff || plain[8] > PIN_DIGITS_MAX) {
        return ERR_MALFORMED;
    }
    return pin_of_text(bytes_of(plain + 9, plain[8]), ret_pin);
}

int pin_unseal(struct bytes sealed, uint64_t staff, uint64_t device,
               const struct transport_secret *secret, struct pin *ret_pin)
{
    uint8_t plain[SEALED_PIN_PLAIN_BYTES];
    const struct public_key key = transport_public(secret);
    const uint8_t *part = part_find(sealed, device);
    if (part == NULL) {
        return ERR_NOT_FOUND;
    }
    int err = ERR_MALFORMED;
    if (crypto_box_seal_open(plain, part, SEALED_PIN_BYTES, key.bytes, secret->bytes) == 0) {
        err = plain_read(plain, staff, ret_pin);
    }
    entropy_wipe(plain, sizeof plain);
    return err;
}
