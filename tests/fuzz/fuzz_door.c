/* fuzz_door.c - what those say who come to the door: the code on a table, the address that a proxy
 * passes on, how far a screen is, which change a kitchen saw; and a PIN that another device sealed.
 *
 * Input: 1 byte, which; then its text or bytes. Signatures are hashes (hashed_signatures.h), and
 * what is sealed is only covered: the linker puts that in libsodium's place, too.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/access/forwarded.h"
#include "node/access/sealed_pin.h"
#include "node/access/table_code.h"
#include "node/api/state.h"
#include "sync/base/check.h"

enum { DEVICE = 0x0123, STAFF = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __wrap_crypto_box_seal_open(unsigned char *plain, const unsigned char *sealed,
                                unsigned long long size, const unsigned char *key,
                                const unsigned char *secret);
struct public_key __wrap_transport_public(const struct transport_secret *secret);
/* NOLINTEND(bugprone-reserved-identifier) */

int __wrap_crypto_box_seal_open(unsigned char *plain, const unsigned char *sealed,
                                unsigned long long size, const unsigned char *key,
                                const unsigned char *secret)
{
    (void)key;
    (void)secret;
    if (sealed[0] != 0) {
        return -1;
    }
    memcpy(plain, sealed + crypto_box_SEALBYTES, size - crypto_box_SEALBYTES);
    return 0;
}

struct public_key __wrap_transport_public(const struct transport_secret *secret)
{
    struct public_key key;
    memcpy(key.bytes, secret->bytes, sizeof key.bytes);
    return key;
}

/* --- the code on a table --- */

static struct secret_key device_secret;
static struct public_key device_key;
static const struct popup_id popup = {.bytes = {0xab, [15] = 0x01}};

static bool issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    (void)context;
    *ret_issuer = (struct token_issuer){.key = device_key};
    return id == DEVICE;
}

/* There is one spelling. */
static void try_table_code(struct bytes text)
{
    const struct token_terms terms = {.popup = popup, .issuer_find = issuer_find};
    char again[TABLE_CODE_DIGITS + 1];
    struct table_code code;
    if (table_code_check(text, &terms, &code) == 0) {
        check(code.issuer == DEVICE);
        table_code_mint(&code, &popup, &device_secret, again);
        check(bytes_equal(bytes_of_text(again), text));
    }
}

/* What a device that went bad may sign. */
static void try_signed_code(struct bytes said)
{
    char text[TABLE_CODE_DIGITS + 1];
    if (said.size >= 8) {
        const struct table_code code = {
            .issuer = DEVICE, .table = get_be32(said.data), .generation = get_be32(said.data + 4)};
        table_code_mint(&code, &popup, &device_secret, text);
        try_table_code(bytes_of_text(text));
    }
}

/* --- addresses --- */

static const struct proxies proxies = {.count = 3,
                                       .addresses = {"127.0.0.1", "10.0.0.1", "2001:db8::1"}};

/* The address of who spoke, a line's end, what he says of others. Only a proxy of ours is believed,
 * and it is an address that comes of it. */
static void try_forwarded(struct bytes text)
{
    char *peer = strndup((const char *)text.data, text.size);
    char client[PEER_TEXT_BYTES_MAX], written[PEER_TEXT_BYTES_MAX];
    check(peer != NULL);
    char *list = strchr(peer, '\n');
    if (list != NULL) {
        *list++ = '\0';
    }
    forwarded_client(&proxies, peer, list == NULL ? "" : list, client);
    check(strnlen(client, sizeof client) < sizeof client);
    if (!peer_text(peer, written)) {
        check(strncmp(client, peer, strlen(client)) == 0);
    } else if (!proxies_have(&proxies, written)) {
        check(strcmp(client, written) == 0);
    } else {
        check(peer_text(client, written) && strcmp(client, written) == 0);
    }
    free(peer);
}

/* However it is spelled, an address lies in one network. */
static void try_network(struct bytes address)
{
    char text[PEER_TEXT_BYTES_MAX], written[PEER_TEXT_BYTES_MAX];
    const uint64_t network = peer_network(address);
    (void)snprintf(text, sizeof text, "%.*s", (int)address.size, (const char *)address.data);
    check((network != 0) == peer_text(text, written));
    check(network == 0 || peer_network(bytes_of_text(written)) == network);
}

/* --- screens --- */

static void try_cursor(struct bytes text)
{
    char copy[2 * CURSOR_BYTES_MAX], again[CURSOR_BYTES_MAX];
    struct cursor cursor, same;
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.size, (const char *)text.data);
    if (cursor_parse(copy, &cursor) == 0) {
        cursor_print(&cursor, again);
        check(cursor_parse(again, &same) == 0 && cursor_fits(&cursor, &same) &&
              cursor_fits(&same, &cursor));
    }
}

static void try_changed(struct bytes text)
{
    char copy[2 * CHANGED_TEXT_BYTES_MAX], again[CHANGED_TEXT_BYTES_MAX];
    uint64_t log, seq, same_log, same_seq;
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.size, (const char *)text.data);
    if (changed_parse(copy, &log, &seq) == 0) {
        changed_print(log, seq, again);
        check(changed_parse(again, &same_log, &same_seq) == 0 && same_log == log &&
              same_seq == seq);
    }
}

/* --- a PIN --- */

static void try_pin(struct bytes sealed)
{
    static const struct transport_secret secret;
    struct pin pin;
    if (pin_unseal(sealed, STAFF, DEVICE, &secret, &pin) == 0) {
        check(pin.size >= PIN_DIGITS_MIN && pin.size <= PIN_DIGITS_MAX);
        for (size_t i = 0; i < pin.size; i++) {
            check(pin.digits[i] >= '0' && pin.digits[i] <= '9');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        char letter;
        void (*attempt)(struct bytes input);
    } tries[] = {{'t', try_table_code}, {'s', try_signed_code}, {'f', try_forwarded},
                 {'n', try_network},    {'c', try_cursor},      {'o', try_changed},
                 {'p', try_pin}};
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    if (device_key.bytes[0] == 0) {
        check(crypto_sign_seed_keypair(device_key.bytes, device_secret.bytes, seed) == 0);
    }
    for (size_t i = 0; size > 0 && i < sizeof tries / sizeof tries[0]; i++) {
        if (data[0] == (uint8_t)tries[i].letter) {
            tries[i].attempt(bytes_of(data + 1, size - 1));
        }
    }
    return 0;
}
