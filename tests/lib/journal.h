/* journal.h - a pop-up with devices whose logs can be written: keys by number, real signatures.
 *
 * Everything is a function of the numbers given, so that vectors can be frozen.
 */
#ifndef TRESTLE_TESTS_LIB_JOURNAL_H
#define TRESTLE_TESTS_LIB_JOURNAL_H

#include "sync/log/run.h"
#include "sync/roster/roster.h"

/* The Ed25519 pair whose seed is BLAKE2b-256(be32 number). */
void keys_of_number(uint32_t number, struct public_key *ret_key, struct secret_key *ret_secret);

struct journal_device {
    struct certificate certificate;
    struct secret_key secret;
    uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
    struct bytes chain; /* in chain_data: the value must not move */
    uint64_t id;
    struct secret_key log_secret;
    struct log_head head;
};

struct journal {
    struct popup_id popup;
    struct public_key root;
    struct secret_key root_secret;
};

void journal_init(struct journal *journal);

/* A certificate with the role's default rights, keys 100 + @number, name "device <number>", issued
 * at second @number. */
struct certificate journal_certificate(const struct journal *journal, uint32_t number,
                                       enum role role);

/* A device with that certificate, signed by @issuer's device, or by the root when it is NULL. Its
 * log (key 200 + @number) is empty still. */
void journal_device_init(struct journal_device *device, const struct journal *journal,
                         uint32_t number, enum role role, const struct journal_device *issuer);
void journal_device_certify(struct journal_device *device, const struct journal *journal,
                            const struct certificate *certificate,
                            const struct journal_device *issuer);

/* The encoded event: no parents, by the device. The bytes are in @buffer (EVENT_BYTES_MAX). */
struct bytes journal_event(uint8_t *buffer, enum event_type type, const struct entity_id *entity,
                           struct bytes body);

/* Append to the device's log in @txn and sign; returns the seq. */
uint64_t journal_write(struct store_txn *txn, const struct journal *journal,
                       struct journal_device *device, enum event_type type,
                       const struct entity_id *entity, struct bytes body);

/* The same for the roster's entity, and for log.open. */
uint64_t journal_state(struct store_txn *txn, const struct journal *journal,
                       struct journal_device *device, enum event_type type, struct bytes body);
void journal_open(struct store_txn *txn, const struct journal *journal,
                  struct journal_device *device);

/* The bytes that @hex spells, in @buffer. */
struct bytes bytes_of_hex(uint8_t *buffer, const char *hex);

#endif
