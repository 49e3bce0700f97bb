#include "tests/lib/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "sync/base/check.h"

enum { DEVICE_KEYS = 100, LOG_KEYS = 200, TRANSPORT_KEYS = 300 };

void keys_of_number(uint32_t number, struct public_key *ret_key, struct secret_key *ret_secret)
{
    uint8_t bytes[4];
    uint8_t seed[32];
    put_be32(bytes, number);
    const struct bytes part = bytes_of(bytes, sizeof bytes);
    hash_parts(seed, sizeof seed, &part, 1);
    check(crypto_sign_seed_keypair(ret_key->bytes, ret_secret->bytes, seed) == 0);
}

void journal_init(struct journal *journal)
{
    memset(journal, 0, sizeof *journal);
    keys_of_number(1, &journal->root, &journal->root_secret);
    journal->popup = popup_id_of_root(&journal->root);
}

struct certificate journal_certificate(const struct journal *journal, uint32_t number,
                                       enum role role)
{
    struct certificate certificate;
    struct secret_key secret;
    memset(&certificate, 0, sizeof certificate);
    certificate.popup = journal->popup;
    keys_of_number(DEVICE_KEYS + number, &certificate.device_key, &secret);
    keys_of_number(TRANSPORT_KEYS + number, &certificate.transport_key, &secret);
    certificate.role = role;
    certificate.capabilities = role_device_capabilities(role);
    certificate.lane_size = 1;
    certificate.lane[0] = (char)('A' + number % 26);
    certificate.name_size =
        (uint8_t)snprintf(certificate.name, sizeof certificate.name, "device %u", (unsigned)number);
    certificate.issued = number;
    return certificate;
}

void journal_device_certify(struct journal_device *device, const struct journal *journal,
                            const struct certificate *certificate,
                            const struct journal_device *issuer)
{
    device->certificate = *certificate;
    const int err =
        certificate_issue(certificate, issuer != NULL ? &issuer->secret : &journal->root_secret,
                          issuer != NULL ? &issuer->chain : NULL, device->chain_data,
                          sizeof device->chain_data, &device->chain);
    check(err == 0);
}

void journal_device_init(struct journal_device *device, const struct journal *journal,
                         uint32_t number, enum role role, const struct journal_device *issuer)
{
    struct public_key key;
    const struct certificate certificate = journal_certificate(journal, number, role);
    memset(device, 0, sizeof *device);
    keys_of_number(DEVICE_KEYS + number, &key, &device->secret);
    journal_device_certify(device, journal, &certificate, issuer);
    device->id = id64_of_key(&key);
    keys_of_number(LOG_KEYS + number, &key, &device->log_secret);
    log_head_init(&device->head, &journal->popup, &key, device->id, 1);
}

struct bytes journal_event(uint8_t *buffer, enum event_type type, const struct entity_id *entity,
                           struct bytes body)
{
    const struct event event = {.type = type, .t = 1000, .entity = *entity, .body = body};
    struct bytes bytes;
    const int err = event_encode(&event, buffer, EVENT_BYTES_MAX, &bytes);
    check(err == 0);
    return bytes;
}

uint64_t journal_write(struct store_txn *txn, const struct journal *journal,
                       struct journal_device *device, enum event_type type,
                       const struct entity_id *entity, struct bytes body)
{
    uint8_t buffer[EVENT_BYTES_MAX];
    int err = log_append(txn, &device->head, journal_event(buffer, type, entity, body));
    if (err == 0) {
        err = log_sign(txn, &device->head, &journal->popup, &device->log_secret);
    }
    check(err == 0);
    return device->head.seq;
}

uint64_t journal_state(struct store_txn *txn, const struct journal *journal,
                       struct journal_device *device, enum event_type type, struct bytes body)
{
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    return journal_write(txn, journal, device, type, &roster, body);
}

void journal_open(struct store_txn *txn, const struct journal *journal,
                  struct journal_device *device)
{
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes body;
    const struct log_open open = {.log_key = device->head.key,
                                  .incarnation = device->head.incarnation,
                                  .chain = device->chain};
    const int err =
        log_open_encode(&open, &journal->popup, &device->secret, buffer, sizeof buffer, &body);
    check(err == 0);
    (void)journal_state(txn, journal, device, EVENT_LOG_OPEN, body);
}

struct bytes bytes_of_hex(uint8_t *buffer, const char *hex)
{
    size_t size = 0;
    for (; hex[0] != '\0'; hex += 2) {
        const char digits[] = {hex[0], hex[1], '\0'};
        buffer[size++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return bytes_of(buffer, size);
}
