#include "node/config/identity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/os/file.h"

enum { KEYS_VERSION = 1, KEYS_BYTES_MAX = 4096, KEYS_MODE = 0600 };

void identity_make_keys(struct identity *identity)
{
    *identity = (struct identity){.has_root = false};
    entropy_signing_key(&identity->device_secret);
    entropy_transport_key(&identity->transport_secret);
}

static bool certificate_is_mine(const struct identity *identity)
{
    struct public_key device = signing_public(&identity->device_secret);
    struct public_key transport = transport_public(&identity->transport_secret);
    const struct certificate *certificate = &identity->certificate;
    return memcmp(certificate->device_key.bytes, device.bytes, sizeof device.bytes) == 0 &&
           memcmp(certificate->transport_key.bytes, transport.bytes, sizeof transport.bytes) == 0;
}

int identity_adopt(struct identity *identity, struct bytes chain)
{
    if (chain.size > sizeof identity->chain) {
        return ERR_TOO_LARGE;
    }
    int err = certificate_verify(chain, &identity->popup, &identity->root, &identity->certificate);
    if (err != 0) {
        return err;
    }
    if (!certificate_is_mine(identity)) {
        return ERR_MISMATCH;
    }
    if (identity->chain != chain.data) {
        memcpy(identity->chain, chain.data, chain.size);
    }
    identity->chain_size = chain.size;
    identity->device = id64_of_key(&identity->certificate.device_key);
    return 0;
}

int identity_issue(const struct identity *identity, const struct certificate *certificate,
                   void *buffer, struct bytes *ret_chain)
{
    struct bytes own = bytes_of(identity->chain, identity->chain_size);
    if (identity->has_root) {
        return certificate_issue(certificate, &identity->root_secret, NULL, buffer,
                                 CERT_CHAIN_BYTES_MAX, ret_chain);
    }
    return certificate_issue(certificate, &identity->device_secret, &own, buffer,
                             CERT_CHAIN_BYTES_MAX, ret_chain);
}

bool identity_exists(const char *state)
{
    char path[PATH_BYTES_MAX];
    return path_join(path, state, "keys") == 0 && path_exists(path);
}

static void keys_write(struct writer *writer, const struct identity *identity)
{
    write_array(writer, 8);
    write_uint(writer, KEYS_VERSION);
    write_bin(writer, identity->popup.bytes, sizeof identity->popup.bytes);
    write_bin(writer, identity->root.bytes, sizeof identity->root.bytes);
    write_uint(writer, (uint64_t)identity->epoch_ms);
    write_bin(writer, identity->device_secret.bytes, sizeof identity->device_secret.bytes);
    write_bin(writer, identity->transport_secret.bytes, sizeof identity->transport_secret.bytes);
    write_bin(writer, identity->chain, identity->chain_size);
    if (identity->has_root) {
        write_bin(writer, identity->root_secret.bytes, sizeof identity->root_secret.bytes);
    } else {
        write_nil(writer);
    }
}

static int secret_file_write(const char *state, const char *name, const struct writer *writer)
{
    char path[PATH_BYTES_MAX];
    struct bytes content;
    int err = writer_finish(writer, &content);
    if (err == 0) {
        err = path_join(path, state, name);
    }
    return err != 0 ? err : file_write(path, content, KEYS_MODE);
}

int identity_save(const char *state, const struct identity *identity)
{
    uint8_t data[KEYS_BYTES_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    keys_write(&writer, identity);
    int err = secret_file_write(state, "keys", &writer);
    entropy_wipe(data, sizeof data);
    return err;
}

/* A secret that others may read is not one any more: say so instead of going on. */
static int secret_file_read(const char *state, const char *name, uint8_t **ret_data,
                            size_t *ret_size)
{
    char path[PATH_BYTES_MAX];
    struct stat status;
    int err = path_join(path, state, name);
    if (err != 0) {
        return err;
    }
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return ERR_FORBIDDEN;
    }
    return file_read(path, KEYS_BYTES_MAX, ret_data, ret_size);
}

static void secret_free(uint8_t *data, size_t size)
{
    entropy_wipe(data, size);
    free(data);
}

static int keys_read(struct bytes content, struct identity *identity)
{
    struct reader reader;
    reader_init(&reader, content);
    (void)read_array(&reader, 8, 8);
    if (read_uint(&reader, UINT32_MAX) != KEYS_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    read_fixed(&reader, identity->popup.bytes, sizeof identity->popup.bytes);
    read_fixed(&reader, identity->root.bytes, sizeof identity->root.bytes);
    identity->epoch_ms = (int64_t)read_uint(&reader, INT64_MAX);
    read_fixed(&reader, identity->device_secret.bytes, sizeof identity->device_secret.bytes);
    read_fixed(&reader, identity->transport_secret.bytes, sizeof identity->transport_secret.bytes);
    struct bytes chain = read_bin(&reader, 1, sizeof identity->chain);
    identity->has_root = !read_nil(&reader);
    if (identity->has_root) {
        read_fixed(&reader, identity->root_secret.bytes, sizeof identity->root_secret.bytes);
    }
    int err = reader_finish(&reader);
    return err != 0 ? err : identity_adopt(identity, chain);
}

int identity_load(const char *state, struct identity *ret_identity)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct identity identity = {.has_root = false};
    int err = secret_file_read(state, "keys", &data, &size);
    if (err != 0) {
        return err;
    }
    err = keys_read(bytes_of(data, size), &identity);
    secret_free(data, size);
    if (err == 0) {
        *ret_identity = identity;
    }
    entropy_wipe(&identity, sizeof identity);
    return err;
}

static int log_key_read(struct bytes content, struct log_key *key)
{
    struct reader reader;
    reader_init(&reader, content);
    (void)read_array(&reader, 3, 3);
    if (read_uint(&reader, UINT32_MAX) != KEYS_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    key->incarnation = (uint32_t)read_uint(&reader, UINT32_MAX);
    read_fixed(&reader, key->secret.bytes, sizeof key->secret.bytes);
    return reader_finish(&reader);
}

int log_key_load(const char *state, struct log_key *ret_key)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct log_key key;
    int err = secret_file_read(state, "log.key", &data, &size);
    if (err != 0) {
        return err;
    }
    err = log_key_read(bytes_of(data, size), &key);
    secret_free(data, size);
    if (err == 0) {
        *ret_key = key;
    }
    return err;
}

int log_key_renew(const char *state, struct log_key *ret_key)
{
    return log_key_renew_after(state, 0, ret_key);
}

int log_key_renew_after(const char *state, uint32_t incarnation, struct log_key *ret_key)
{
    struct log_key key = {.incarnation = 0};
    int err = log_key_load(state, &key);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    if (key.incarnation < incarnation) {
        key.incarnation = incarnation;
    }
    if (key.incarnation == UINT32_MAX) {
        return ERR_OVERFLOW;
    }
    key.incarnation++;
    entropy_signing_key(&key.secret);
    uint8_t data[KEYS_BYTES_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 3);
    write_uint(&writer, KEYS_VERSION);
    write_uint(&writer, key.incarnation);
    write_bin(&writer, key.secret.bytes, sizeof key.secret.bytes);
    err = secret_file_write(state, "log.key", &writer);
    entropy_wipe(data, sizeof data);
    if (err == 0) {
        *ret_key = key;
    }
    return err;
}
