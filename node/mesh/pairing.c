#include "node/mesh/pairing.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { PAIR_COMMIT = 24, PAIR_OFFER = 25, PAIR_REVEAL = 26, PAIR_VERSION = 1, NONCE_BYTES = 32 };

static struct hash labelled(const char *label, const struct bytes *parts, size_t count)
{
    struct bytes all[HASH_PARTS_MAX] = {bytes_of(label, strlen(label))};
    struct hash hash;
    for (size_t i = 0; i < count; i++) {
        all[i + 1] = parts[i];
    }
    hash_parts(hash.bytes, sizeof hash.bytes, all, count + 1);
    return hash;
}

struct transport_secret pair_door_key(void)
{
    struct transport_secret secret;
    const struct hash hash = labelled("trestle/pair/door/1", NULL, 0);
    memcpy(secret.bytes, hash.bytes, sizeof secret.bytes);
    return secret;
}

/* --- parts --- */

static void write_nonce(struct writer *writer)
{
    uint8_t nonce[NONCE_BYTES];
    entropy_bytes(nonce, sizeof nonce);
    write_bin(writer, nonce, sizeof nonce);
}

static int part_finish(struct writer *writer, struct pair_part *part)
{
    struct bytes bytes;
    const int err = writer_finish(writer, &bytes);
    part->size = err == 0 ? bytes.size : 0;
    return err;
}

int pair_part_newcomer(const struct public_key *transport_key, const char *name,
                       struct pair_part *ret_part)
{
    struct writer writer;
    writer_init(&writer, ret_part->data, sizeof ret_part->data);
    write_array(&writer, 3);
    write_bin(&writer, transport_key->bytes, sizeof transport_key->bytes);
    write_text(&writer, bytes_of_text(name));
    write_nonce(&writer);
    return part_finish(&writer, ret_part);
}

int pair_part_inviter(const struct popup_id *popup, const struct public_key *transport_key,
                      struct pair_part *ret_part)
{
    struct writer writer;
    writer_init(&writer, ret_part->data, sizeof ret_part->data);
    write_array(&writer, 3);
    write_bin(&writer, popup->bytes, sizeof popup->bytes);
    write_bin(&writer, transport_key->bytes, sizeof transport_key->bytes);
    write_nonce(&writer);
    return part_finish(&writer, ret_part);
}

static struct bytes part_bytes(const struct pair_part *part)
{
    return bytes_of(part->data, part->size);
}

/* --- frames --- */

static int frame_encode(uint64_t kind, struct bytes content, void *buffer, struct bytes *ret_frame)
{
    struct writer writer;
    writer_init(&writer, buffer, PAIR_FRAME_BYTES_MAX);
    write_array(&writer, 3);
    write_uint(&writer, kind);
    write_uint(&writer, PAIR_VERSION);
    write_bin(&writer, content.data, content.size);
    return writer_finish(&writer, ret_frame);
}

static int frame_decode(uint64_t kind, struct bytes frame, struct bytes *ret_content)
{
    struct reader reader;
    reader_init(&reader, frame);
    (void)read_array(&reader, 3, 3);
    if (read_uint(&reader, UINT32_MAX) != kind || read_uint(&reader, UINT32_MAX) != PAIR_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const struct bytes content = read_bin(&reader, 1, PAIR_PART_BYTES_MAX);
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    *ret_content = content;
    return 0;
}

static struct hash commitment_of(struct bytes part)
{
    return labelled("trestle/pair/commit/1", &part, 1);
}

int pair_commit_encode(const struct pair_part *newcomer, void *buffer, struct bytes *ret_frame)
{
    const struct hash commitment = commitment_of(part_bytes(newcomer));
    return frame_encode(PAIR_COMMIT, bytes_of(commitment.bytes, sizeof commitment.bytes), buffer,
                        ret_frame);
}

int pair_offer_encode(const struct pair_part *inviter, void *buffer, struct bytes *ret_frame)
{
    return frame_encode(PAIR_OFFER, part_bytes(inviter), buffer, ret_frame);
}

int pair_reveal_encode(const struct pair_part *newcomer, void *buffer, struct bytes *ret_frame)
{
    return frame_encode(PAIR_REVEAL, part_bytes(newcomer), buffer, ret_frame);
}

int pair_commit_decode(struct bytes frame, struct hash *ret_commitment)
{
    struct bytes content;
    const int err = frame_decode(PAIR_COMMIT, frame, &content);
    if (err != 0 || content.size != sizeof ret_commitment->bytes) {
        return ERR_MALFORMED;
    }
    memcpy(ret_commitment->bytes, content.data, content.size);
    return 0;
}

static void part_take(struct pair_part *part, struct bytes content)
{
    part->size = content.size;
    memcpy(part->data, content.data, content.size);
}

int pair_offer_decode(struct bytes frame, struct pair_part *ret_inviter)
{
    struct bytes content;
    const int err = frame_decode(PAIR_OFFER, frame, &content);
    if (err == 0) {
        part_take(ret_inviter, content);
    }
    return err;
}

int pair_reveal_decode(struct bytes frame, const struct hash *commitment,
                       struct pair_part *ret_newcomer)
{
    struct bytes content;
    const int err = frame_decode(PAIR_REVEAL, frame, &content);
    if (err != 0) {
        return err;
    }
    const struct hash right = commitment_of(content);
    if (!hash_equal(&right, commitment)) {
        return ERR_MISMATCH;
    }
    part_take(ret_newcomer, content);
    return 0;
}

/* --- the end --- */

static int inviter_read(const struct pair_part *part, struct invitation *invitation)
{
    uint8_t nonce[NONCE_BYTES];
    struct reader reader;
    reader_init(&reader, part_bytes(part));
    (void)read_array(&reader, 3, 3);
    read_fixed(&reader, invitation->popup.bytes, sizeof invitation->popup.bytes);
    read_fixed(&reader, invitation->inviter.bytes, sizeof invitation->inviter.bytes);
    read_fixed(&reader, nonce, sizeof nonce);
    return reader_finish(&reader);
}

static int newcomer_read(const struct pair_part *part, struct paired *paired)
{
    uint8_t nonce[NONCE_BYTES];
    struct reader reader;
    reader_init(&reader, part_bytes(part));
    (void)read_array(&reader, 3, 3);
    read_fixed(&reader, paired->newcomer.bytes, sizeof paired->newcomer.bytes);
    const struct bytes name = read_text(&reader, NAME_BYTES_MAX);
    read_fixed(&reader, nonce, sizeof nonce);
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    memset(paired->name, 0, sizeof paired->name);
    if (name.size > 0) {
        memcpy(paired->name, name.data, name.size);
    }
    return 0;
}

/* Of the two transport keys @secret is one's, the other is whom it talks to. */
static int agree(const struct paired *paired, const struct transport_secret *secret,
                 struct hash *ret_shared)
{
    const struct public_key own = transport_public(secret);
    const bool is_newcomer = memcmp(&own, &paired->newcomer, sizeof own) == 0;
    const struct public_key *other = is_newcomer ? &paired->invitation.inviter : &paired->newcomer;
    const int result = crypto_scalarmult(ret_shared->bytes, secret->bytes, other->bytes);
    return result == 0 ? 0 : ERR_MALFORMED; /* a key of small order */
}

int pair_conclude(const struct pair_part *inviter, const struct pair_part *newcomer,
                  const struct transport_secret *secret, struct paired *ret_paired)
{
    uint8_t size[4];
    struct hash shared;
    struct paired paired = {.digits = ""};
    int err = inviter_read(inviter, &paired.invitation);
    if (err == 0) {
        err = newcomer_read(newcomer, &paired);
    }
    if (err == 0) {
        err = agree(&paired, secret, &shared);
    }
    if (err != 0) {
        return ERR_MALFORMED;
    }
    put_be32(size, (uint32_t)inviter->size);
    const struct bytes parts[] = {bytes_of(size, sizeof size), part_bytes(inviter),
                                  part_bytes(newcomer)};
    const struct hash said = labelled("trestle/pair/1", parts, 3);
    const struct bytes keyed[] = {bytes_of(shared.bytes, sizeof shared.bytes),
                                  bytes_of(said.bytes, sizeof said.bytes)};
    struct hash agreed = labelled("trestle/pair/secret/1", keyed, 2);
    memcpy(paired.invitation.secret, agreed.bytes, sizeof paired.invitation.secret);
    (void)snprintf(paired.digits, sizeof paired.digits, "%06u",
                   (unsigned)(get_be64(said.bytes) % 1000000));
    *ret_paired = paired;
    entropy_wipe(&shared, sizeof shared);
    entropy_wipe(&agreed, sizeof agreed);
    return 0;
}
