/* sealed_pin.h - a PIN on its way to the devices of the pop-up: in one blob, sealed for each of
 * them.
 *
 * Layer: node. A device opens its own part with its transport secret, and learns nothing of the
 * others'. What is sealed names the person, so that it cannot be hung on somebody else's record.
 * Gateways get none: people sign in at the stall.
 *
 *   1 byte version, then for each device: 8 bytes its id, SEALED_PIN_BYTES for it
 *   sealed  = X25519, XSalsa20-Poly1305 under a key of its own (libsodium's sealed box) of
 *             8 bytes staff number, 1 byte length, the digits, zeros
 */
#ifndef TRESTLE_NODE_ACCESS_SEALED_PIN_H
#define TRESTLE_NODE_ACCESS_SEALED_PIN_H

#include "node/api/gate.h"
#include "node/os/entropy.h"

enum {
    PIN_DIGITS_MIN = 4,
    PIN_DIGITS_MAX = 12,
    SEALED_PIN_PLAIN_BYTES = 8 + 1 + PIN_DIGITS_MAX,
    SEALED_PIN_BYTES = SEALED_PIN_PLAIN_BYTES + 48,
    SEALED_PINS_BYTES_MAX = 1 + (DEVICES_MAX + 1) * (8 + SEALED_PIN_BYTES),
};

/* The owner wipes it. */
struct pin {
    uint8_t size;
    char digits[PIN_DIGITS_MAX];
};

/* PIN_DIGITS_MIN to PIN_DIGITS_MAX digits. ERR_MALFORMED. */
MUST_CHECK int pin_of_text(struct bytes text, struct pin *ret_pin);

/* In constant time. */
bool pin_equal(const struct pin *a, const struct pin *b);

/* For this device, whose transport key is @own, and all of @live that belong here. @ret_bytes is
 * borrowed from @buffer. */
void pin_seal(const struct pin *pin, uint64_t staff, const struct gate_live *live,
              const struct public_key *own, uint8_t buffer[SEALED_PINS_BYTES_MAX],
              struct bytes *ret_bytes);

/* ERR_NOT_FOUND: nothing for @device (it joined later). ERR_MALFORMED: nobody's PIN, or somebody
 * else's. */
MUST_CHECK int pin_unseal(struct bytes sealed, uint64_t staff, uint64_t device,
                          const struct transport_secret *secret, struct pin *ret_pin);

#endif
