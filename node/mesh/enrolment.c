#include "node/mesh/enrolment.h"

#include <string.h>

#include <sodium.h>

#include "sync/base/check.h"

enum {
    ENROL_HELLO = 20,
    ENROL_WELCOME = 23,
    ENROL_VERSION = 1,
    NONCE_BYTES = 16,
    SIGNED_BYTES_MAX = ENROL_HELLO_BYTES_MAX + 128
};

static const char invitation_prefix[] = "trestle1:";

/* --- invitation --- */

int invitation_encode(const struct invitation *invitation, char *ret_text)
{
    uint8_t data[INVITATION_TEXT_BYTES_MAX];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 6);
    write_uint(&writer, ENROL_VERSION);
    write_bin(&writer, invitation->popup.bytes, sizeof invitation->popup.bytes);
    write_text(&writer, bytes_of_text(invitation->endpoint));
    write_bin(&writer, invitation->inviter.bytes, sizeof invitation->inviter.bytes);
    write_bin(&writer, invitation->secret, sizeof invitation->secret);
    write_uint(&writer, (uint64_t)invitation->expires_s);
    int err = writer_finish(&writer, &bytes);
    size_t prefix = sizeof invitation_prefix - 1;
    int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    if (err == 0 &&
        prefix + sodium_base64_encoded_len(bytes.size, variant) > INVITATION_TEXT_BYTES_MAX) {
        err = ERR_TOO_LARGE;
    }
    if (err != 0) {
        return err;
    }
    memcpy(ret_text, invitation_prefix, prefix);
    (void)sodium_bin2base64(ret_text + prefix, INVITATION_TEXT_BYTES_MAX - prefix, bytes.data,
                            bytes.size, variant);
    entropy_wipe(data, sizeof data);
    return 0;
}

/* The library's decoder takes some bytes beyond ASCII for letters. */
static bool is_base64(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return strspn(text, letters) == strlen(text);
}

static void read_text_to(struct reader *reader, char *to, size_t size_max)
{
    struct bytes text = read_text(reader, size_max);
    if (text.size > 0) {
        memcpy(to, text.data, text.size);
    }
    to[text.size] = '\0';
}

int invitation_decode(const char *text, struct invitation *ret_invitation)
{
    uint8_t data[INVITATION_TEXT_BYTES_MAX];
    size_t size = 0, prefix = sizeof invitation_prefix - 1;
    struct invitation invitation = {.expires_s = 0};
    struct reader reader;
    if (strncmp(text, invitation_prefix, prefix) != 0 || !is_base64(text + prefix) ||
        sodium_base642bin(data, sizeof data, text + prefix, strlen(text) - prefix, NULL, &size,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return ERR_MALFORMED;
    }
    reader_init(&reader, bytes_of(data, size));
    (void)read_array(&reader, 6, 6);
    if (read_uint(&reader, UINT32_MAX) != ENROL_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    read_fixed(&reader, invitation.popup.bytes, sizeof invitation.popup.bytes);
    read_text_to(&reader, invitation.endpoint, ENDPOINT_BYTES_MAX - 1);
    read_fixed(&reader, invitation.inviter.bytes, sizeof invitation.inviter.bytes);
    read_fixed(&reader, invitation.secret, sizeof invitation.secret);
    invitation.expires_s = (int64_t)read_uint(&reader, INT64_MAX);
    int err = reader_finish(&reader);
    if (err == 0) {
        *ret_invitation = invitation;
    }
    return err;
}

/* --- hello --- */

/* Label, pop-up, inviter, fields, and for the mac the signature: one run of bytes. */
static struct bytes hello_said(const struct invitation *invitation, struct bytes fields,
                               const struct signature *signature, uint8_t *buffer)
{
    static const char label[] = "trestle/enrol/1";
    const struct bytes parts[] = {
        bytes_of(label, sizeof label - 1),
        bytes_of(invitation->popup.bytes, sizeof invitation->popup.bytes),
        bytes_of(invitation->inviter.bytes, sizeof invitation->inviter.bytes), fields,
        bytes_of(signature == NULL ? NULL : signature->bytes, signature == NULL ? 0 : 64)};
    size_t size = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        check(size + parts[i].size <= SIGNED_BYTES_MAX);
        if (parts[i].size > 0) {
            memcpy(buffer + size, parts[i].data, parts[i].size);
        }
        size += parts[i].size;
    }
    return bytes_of(buffer, size);
}

static struct hash hello_mac(const struct invitation *invitation, struct bytes fields,
                             const struct signature *signature)
{
    uint8_t buffer[SIGNED_BYTES_MAX];
    return keyed_hash(bytes_of(invitation->secret, sizeof invitation->secret),
                      hello_said(invitation, fields, signature, buffer));
}

int enrol_hello_encode(const struct invitation *invitation, struct enrol_hello *hello,
                       const struct secret_key *device_secret, void *buffer,
                       struct bytes *ret_frame)
{
    uint8_t data[ENROL_HELLO_BYTES_MAX / 2], said[SIGNED_BYTES_MAX], nonce[NONCE_BYTES];
    struct writer writer;
    struct bytes fields;
    struct signature signature;
    entropy_bytes(nonce, sizeof nonce);
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 5);
    write_bin(&writer, hello->device_key.bytes, sizeof hello->device_key.bytes);
    write_bin(&writer, hello->transport_key.bytes, sizeof hello->transport_key.bytes);
    write_text(&writer, bytes_of_text(hello->name));
    write_text(&writer, bytes_of_text(hello->endpoint));
    write_bin(&writer, nonce, sizeof nonce);
    int err = writer_finish(&writer, &fields);
    if (err != 0) {
        return err;
    }
    sign_bytes(&signature, hello_said(invitation, fields, NULL, said), device_secret);
    hello->mac = hello_mac(invitation, fields, &signature);
    writer_init(&writer, buffer, ENROL_HELLO_BYTES_MAX);
    write_array(&writer, 5);
    write_uint(&writer, ENROL_HELLO);
    write_uint(&writer, ENROL_VERSION);
    write_bin(&writer, fields.data, fields.size);
    write_bin(&writer, signature.bytes, sizeof signature.bytes);
    write_bin(&writer, hello->mac.bytes, sizeof hello->mac.bytes);
    return writer_finish(&writer, ret_frame);
}

static int hello_fields_read(struct bytes fields, struct enrol_hello *hello)
{
    struct reader reader;
    uint8_t nonce[NONCE_BYTES];
    reader_init(&reader, fields);
    (void)read_array(&reader, 5, 5);
    read_fixed(&reader, hello->device_key.bytes, sizeof hello->device_key.bytes);
    read_fixed(&reader, hello->transport_key.bytes, sizeof hello->transport_key.bytes);
    read_text_to(&reader, hello->name, NAME_BYTES_MAX);
    read_text_to(&reader, hello->endpoint, ENDPOINT_BYTES_MAX - 1);
    read_fixed(&reader, nonce, sizeof nonce);
    return reader_finish(&reader);
}

int enrol_hello_decode(const struct invitation *invitation, struct bytes frame,
                       struct enrol_hello *ret_hello)
{
    struct reader reader;
    struct signature signature;
    struct enrol_hello hello;
    uint8_t said[SIGNED_BYTES_MAX];
    reader_init(&reader, frame);
    (void)read_array(&reader, 5, 5);
    uint64_t kind = read_uint(&reader, UINT32_MAX);
    uint64_t version = read_uint(&reader, UINT32_MAX);
    if (kind != ENROL_HELLO || version != ENROL_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    struct bytes fields = read_bin(&reader, 1, ENROL_HELLO_BYTES_MAX);
    read_fixed(&reader, signature.bytes, sizeof signature.bytes);
    read_fixed(&reader, hello.mac.bytes, sizeof hello.mac.bytes);
    int err = reader_finish(&reader);
    if (err != 0) {
        return err;
    }
    struct hash right = hello_mac(invitation, fields, &signature);
    if (!hash_equal(&right, &hello.mac)) {
        return ERR_FORBIDDEN;
    }
    err = hello_fields_read(fields, &hello);
    if (err == 0) {
        err =
            verify_bytes(&signature, hello_said(invitation, fields, NULL, said), &hello.device_key);
    }
    if (err == 0) {
        *ret_hello = hello;
    }
    return err;
}

/* --- welcome --- */

static struct hash welcome_mac(const struct invitation *invitation, const struct hash *conversation,
                               struct bytes fields)
{
    static const char label[] = "trestle/welcome/1";
    crypto_generichash_state state;
    struct hash mac;
    check(crypto_generichash_init(&state, invitation->secret, sizeof invitation->secret,
                                  sizeof mac.bytes) == 0);
    check(crypto_generichash_update(&state, (const uint8_t *)label, sizeof label - 1) == 0);
    check(crypto_generichash_update(&state, conversation->bytes, sizeof conversation->bytes) == 0);
    check(crypto_generichash_update(&state, fields.data, fields.size) == 0);
    check(crypto_generichash_final(&state, mac.bytes, sizeof mac.bytes) == 0);
    return mac;
}

static void welcome_fields_write(struct writer *writer, const struct welcome *welcome)
{
    write_array(writer, 5);
    write_bin(writer, welcome->root.bytes, sizeof welcome->root.bytes);
    write_uint(writer, (uint64_t)welcome->epoch_ms);
    write_bin(writer, welcome->chain, welcome->chain_size);
    write_array(writer, welcome->book.count);
    for (uint32_t i = 0; i < welcome->book.count; i++) {
        write_book_entry(writer, &welcome->book.entries[i]);
    }
    write_array(writer, welcome->introductions_count);
    for (uint32_t i = 0; i < welcome->introductions_count; i++) {
        write_bin(writer, welcome->introductions[i].frame, welcome->introductions[i].size);
    }
}

int welcome_encode(const struct invitation *invitation, const struct hash *conversation,
                   const struct welcome *welcome, void *buffer, struct bytes *ret_frame)
{
    static _Thread_local uint8_t data[WELCOME_BYTES_MAX];
    struct writer writer;
    struct bytes fields;
    writer_init(&writer, data, sizeof data);
    welcome_fields_write(&writer, welcome);
    int err = writer_finish(&writer, &fields);
    if (err != 0) {
        return err;
    }
    struct hash mac = welcome_mac(invitation, conversation, fields);
    writer_init(&writer, buffer, WELCOME_BYTES_MAX);
    write_array(&writer, 3);
    write_uint(&writer, ENROL_WELCOME);
    write_bin(&writer, fields.data, fields.size);
    write_bin(&writer, mac.bytes, sizeof mac.bytes);
    return writer_finish(&writer, ret_frame);
}

static int welcome_fields_read(struct bytes fields, struct welcome *welcome)
{
    struct reader reader;
    reader_init(&reader, fields);
    (void)read_array(&reader, 5, 5);
    read_fixed(&reader, welcome->root.bytes, sizeof welcome->root.bytes);
    welcome->epoch_ms = (int64_t)read_uint(&reader, INT64_MAX);
    struct bytes chain = read_bin(&reader, 1, sizeof welcome->chain);
    if (chain.size > 0) {
        memcpy(welcome->chain, chain.data, chain.size);
    }
    welcome->chain_size = chain.size;
    welcome->book.count = read_array(&reader, 0, DEVICES_MAX);
    for (uint32_t i = 0; i < welcome->book.count && reader.err == 0; i++) {
        read_book_entry(&reader, &welcome->book.entries[i]);
    }
    welcome->introductions_count = read_array(&reader, 0, DEVICES_MAX);
    for (uint32_t i = 0; i < welcome->introductions_count && reader.err == 0; i++) {
        struct bytes frame = read_bin(&reader, 1, INTRODUCTION_BYTES_MAX);
        if (frame.size > 0) {
            memcpy(welcome->introductions[i].frame, frame.data, frame.size);
        }
        welcome->introductions[i].size = frame.size;
    }
    return reader_finish(&reader);
}

int welcome_decode(const struct invitation *invitation, const struct hash *conversation,
                   struct bytes frame, struct welcome *ret_welcome)
{
    struct reader reader;
    struct hash mac;
    reader_init(&reader, frame);
    (void)read_array(&reader, 3, 3);
    if (read_uint(&reader, UINT32_MAX) != ENROL_WELCOME) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    struct bytes fields = read_bin(&reader, 1, WELCOME_BYTES_MAX);
    read_fixed(&reader, mac.bytes, sizeof mac.bytes);
    int err = reader_finish(&reader);
    if (err != 0) {
        return err;
    }
    struct hash right = welcome_mac(invitation, conversation, fields);
    if (!hash_equal(&right, &mac)) {
        return ERR_FORBIDDEN;
    }
    err = welcome_fields_read(fields, ret_welcome);
    if (err != 0) {
        return err;
    }
    struct popup_id popup = popup_id_of_root(&ret_welcome->root);
    return memcmp(popup.bytes, invitation->popup.bytes, sizeof popup.bytes) == 0 ? 0 : ERR_MISMATCH;
}
