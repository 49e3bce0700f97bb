#include "sync/roster/statement.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"

/* Enter a body of at least @fields fields; how many it has. */
static uint32_t body_open(struct reader *reader, struct bytes body, uint32_t fields)
{
    reader_init(reader, body);
    return read_array(reader, fields, VALUE_ITEMS_MAX);
}

/* Pass over the fields after the @known ones, which a newer version added. */
static int body_close(struct reader *reader, uint32_t known, uint32_t count)
{
    for (uint32_t i = known; i < count && reader->err == 0; i++) {
        read_raw(reader);
    }
    return reader_finish(reader);
}

/* --- log.open --- */

static const char open_label[] = "trestle/open/1";

enum {
    OPEN_LABEL_BYTES = sizeof open_label - 1,
    OPEN_MESSAGE_BYTES = OPEN_LABEL_BYTES + POPUP_ID_BYTES + PUBLIC_KEY_BYTES + 4
};

static struct bytes open_message(uint8_t to[OPEN_MESSAGE_BYTES], const struct popup_id *popup,
                                 const struct public_key *log_key, uint32_t incarnation)
{
    uint8_t *at = to;
    memcpy(at, open_label, OPEN_LABEL_BYTES);
    at += OPEN_LABEL_BYTES;
    memcpy(at, popup->bytes, POPUP_ID_BYTES);
    at += POPUP_ID_BYTES;
    memcpy(at, log_key->bytes, PUBLIC_KEY_BYTES);
    put_be32(at + PUBLIC_KEY_BYTES, incarnation);
    return bytes_of(to, OPEN_MESSAGE_BYTES);
}

int log_open_encode(const struct log_open *open, const struct popup_id *popup,
                    const struct secret_key *device_secret, void *buffer, size_t capacity,
                    struct bytes *ret_body)
{
    uint8_t message[OPEN_MESSAGE_BYTES];
    struct signature signature;
    struct writer writer;
    sign_bytes(&signature, open_message(message, popup, &open->log_key, open->incarnation),
               device_secret);
    writer_init(&writer, buffer, capacity);
    write_array(&writer, open->has_previous ? 5 : 4);
    write_bin(&writer, open->log_key.bytes, PUBLIC_KEY_BYTES);
    write_uint(&writer, open->incarnation);
    write_raw(&writer, open->chain);
    write_bin(&writer, signature.bytes, SIGNATURE_BYTES);
    if (open->has_previous) {
        write_operation(&writer, &open->previous);
    }
    return writer_finish(&writer, ret_body);
}

static int log_open_decode(struct bytes body, struct log_open *ret_open,
                           struct signature *ret_signature)
{
    struct log_open open = {.has_previous = false};
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 4);
    read_fixed(&reader, open.log_key.bytes, PUBLIC_KEY_BYTES);
    open.incarnation = (uint32_t)read_uint(&reader, UINT32_MAX);
    open.chain = read_raw(&reader);
    read_fixed(&reader, ret_signature->bytes, SIGNATURE_BYTES);
    open.has_previous = count > 4 && !read_nil(&reader);
    if (open.has_previous) {
        open.previous = read_operation(&reader);
    }
    const int err = body_close(&reader, count > 4 ? 5 : 4, count);
    if (err == 0) {
        *ret_open = open;
    }
    return err != 0 ? ERR_MALFORMED : 0;
}

int log_open_verify_with(struct verified *verified, struct bytes body, const struct popup_id *popup,
                         const struct public_key *root, struct log_open *ret_open)
{
    uint8_t message[OPEN_MESSAGE_BYTES];
    struct log_open open;
    struct signature signature;
    int err = log_open_decode(body, &open, &signature);
    if (err == 0) {
        err = certificate_verify_with(verified, open.chain, popup, root, &open.certificate);
    }
    if (err == 0) {
        err = verified_bytes(verified, &signature,
                             open_message(message, popup, &open.log_key, open.incarnation),
                             &open.certificate.device_key);
    }
    if (err == 0) {
        *ret_open = open;
    }
    return err;
}

int log_open_verify(struct bytes body, const struct popup_id *popup, const struct public_key *root,
                    struct log_open *ret_open)
{
    return log_open_verify_with(NULL, body, popup, root, ret_open);
}

/* --- log.cert, device.add --- */

int chain_body_encode(struct bytes chain, void *buffer, size_t capacity, struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 1);
    write_raw(&writer, chain);
    return writer_finish(&writer, ret_body);
}

int chain_body_decode(struct bytes body, struct bytes *ret_chain)
{
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 1);
    const struct bytes chain = read_raw(&reader);
    const int err = body_close(&reader, 1, count);
    if (err == 0) {
        *ret_chain = chain;
    }
    return err;
}

/* --- log.revoke, log.retire --- */

int log_cut_encode(const struct log_cut *cut, void *buffer, size_t capacity, struct bytes *ret_body)
{
    struct writer writer;
    check(cut->seq >= 1 && cut->seq <= SEQ_MAX);
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 3);
    write_id64(&writer, cut->log);
    write_uint(&writer, cut->seq);
    write_bin(&writer, cut->hash.bytes, HASH_BYTES);
    return writer_finish(&writer, ret_body);
}

/* A number that begins with 1. */
static uint64_t read_from_one(struct reader *reader, uint64_t max)
{
    const uint64_t number = read_uint(reader, max);
    if (number == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return number;
}

/* A seq that names an event: from 1. */
static uint64_t read_seq(struct reader *reader)
{
    return read_from_one(reader, SEQ_MAX);
}

int log_cut_decode(struct bytes body, struct log_cut *ret_cut)
{
    struct log_cut cut;
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 3);
    cut.log = read_id64(&reader);
    cut.seq = read_seq(&reader);
    read_fixed(&reader, cut.hash.bytes, HASH_BYTES);
    const int err = body_close(&reader, 3, count);
    if (err == 0) {
        *ret_cut = cut;
    }
    return err;
}

/* --- device.caps, roster.saw --- */

static void write_points(struct writer *writer, const struct log_point *points, uint32_t count)
{
    check(count <= LOGS_MAX);
    write_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        write_array(writer, 2);
        write_id64(writer, points[i].log);
        write_uint(writer, points[i].seq);
    }
}

static uint32_t read_points(struct reader *reader, struct log_point points[LOGS_MAX])
{
    const uint32_t count = read_array(reader, 0, LOGS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        read_array(reader, 2, 2);
        points[i].log = read_id64(reader);
        points[i].seq = read_seq(reader);
    }
    return count;
}

int device_caps_encode(const struct device_caps *caps, void *buffer, size_t capacity,
                       struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 3);
    write_id64(&writer, caps->device);
    write_points(&writer, caps->from, caps->count);
    write_uint(&writer, caps->capabilities);
    return writer_finish(&writer, ret_body);
}

int device_caps_decode(struct bytes body, struct device_caps *ret_caps)
{
    struct device_caps caps;
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 3);
    caps.device = read_id64(&reader);
    caps.count = read_points(&reader, caps.from);
    caps.capabilities = read_uint(&reader, UINT64_MAX);
    const int err = body_close(&reader, 3, count);
    if (err == 0) {
        *ret_caps = caps;
    }
    return err;
}

int roster_saw_encode(const struct roster_saw *saw, void *buffer, size_t capacity,
                      struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 1);
    write_points(&writer, saw->heads, saw->count);
    return writer_finish(&writer, ret_body);
}

static void read_heads(struct reader *reader, struct roster_saw *saw)
{
    saw->count = read_points(reader, saw->heads);
    for (uint32_t i = 1; i < saw->count; i++) {
        if (saw->heads[i].log <= saw->heads[i - 1].log) {
            reader_fail(reader, ERR_MALFORMED);
        }
    }
}

int roster_saw_decode(struct bytes body, struct roster_saw *ret_saw)
{
    struct roster_saw saw;
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 1);
    read_heads(&reader, &saw);
    const int err = body_close(&reader, 1, count);
    if (err == 0) {
        *ret_saw = saw;
    }
    return err;
}

/* --- staff.role --- */

int staff_role_encode(const struct staff_role *role, void *buffer, size_t capacity,
                      struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 4);
    write_uint(&writer, role->staff);
    write_uint(&writer, (uint64_t)role->role);
    write_uint(&writer, role->version);
    write_points(&writer, role->held.heads, role->held.count);
    return writer_finish(&writer, ret_body);
}

int staff_role_decode(struct bytes body, struct staff_role *ret_role)
{
    struct staff_role role;
    struct reader reader;
    const uint32_t count = body_open(&reader, body, 4);
    role.staff = read_from_one(&reader, SEQ_MAX);
    const uint64_t number = read_uint(&reader, ROLE_NUMBER_MAX);
    role.role = number < ROLE_COUNT ? (enum role)number : ROLE_NONE; /* of a newer version */
    role.version = read_from_one(&reader, STAFF_VERSION_MAX);
    read_heads(&reader, &role.held);
    const int err = body_close(&reader, 4, count);
    if (err == 0) {
        *ret_role = role;
    }
    return err;
}

/* --- log.fork --- */

static void write_proof(struct writer *writer, const struct fork_proof *proof)
{
    write_array(writer, 4);
    write_uint(writer, proof->first_seq);
    write_bin(writer, proof->before.bytes, HASH_BYTES);
    write_array(writer, proof->count);
    for (uint32_t i = 0; i < proof->count; i++) {
        write_bin(writer, proof->event_hashes[i].bytes, HASH_BYTES);
    }
    write_bin(writer, proof->signature.bytes, SIGNATURE_BYTES);
}

int log_fork_encode(const struct log_fork *fork, void *buffer, size_t capacity,
                    struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 5);
    write_id64(&writer, fork->log);
    write_uint(&writer, fork->seq);
    write_bin(&writer, fork->log_key.bytes, PUBLIC_KEY_BYTES);
    write_proof(&writer, &fork->proofs[0]);
    write_proof(&writer, &fork->proofs[1]);
    return writer_finish(&writer, ret_body);
}

/* What one proof says about the event where the fork is said to be. */
struct proven {
    struct hash before; /* chain hash of the event before it */
    struct hash at;     /* its own */
    struct hash last;   /* of the run's last event */
    uint64_t last_seq;
    bool is_covered; /* the run reaches over the event */
    struct signature signature;
};

static struct proven read_proof(struct reader *reader, uint64_t fork_seq)
{
    struct proven proven = {.is_covered = false};
    read_array(reader, 4, 4);
    const uint64_t first_seq = read_seq(reader);
    read_fixed(reader, proven.last.bytes, HASH_BYTES);
    const uint32_t count = read_array(reader, 1, RUN_EVENTS_MAX);
    proven.last_seq = first_seq + count - 1;
    for (uint32_t i = 0; i < count; i++) {
        struct hash event_hash;
        const struct hash before = proven.last;
        read_fixed(reader, event_hash.bytes, HASH_BYTES);
        proven.last = chain_next(&before, &event_hash);
        if (first_seq + i == fork_seq) {
            proven.is_covered = true;
            proven.before = before;
            proven.at = proven.last;
        }
    }
    read_fixed(reader, proven.signature.bytes, SIGNATURE_BYTES);
    return proven;
}

static bool is_fork(const struct proven *a, const struct proven *b)
{
    return a->is_covered && b->is_covered && hash_equal(&a->before, &b->before) &&
           !hash_equal(&a->at, &b->at);
}

int log_fork_claims(struct bytes body, struct log_point *ret_fork)
{
    struct reader reader;
    struct log_point fork;
    body_open(&reader, body, 5);
    fork.log = read_id64(&reader);
    fork.seq = read_seq(&reader);
    if (reader.err == 0) {
        *ret_fork = fork;
    }
    return reader.err;
}

int log_fork_verify(struct bytes body, const struct popup_id *popup, struct log_point *ret_fork)
{
    struct log_point fork;
    struct public_key log_key;
    struct reader reader;
    struct proven proven[2];
    const uint32_t count = body_open(&reader, body, 5);
    fork.log = read_id64(&reader);
    fork.seq = read_seq(&reader);
    read_fixed(&reader, log_key.bytes, PUBLIC_KEY_BYTES);
    proven[0] = read_proof(&reader, fork.seq);
    proven[1] = read_proof(&reader, fork.seq);
    int err = body_close(&reader, 5, count);
    if (err == 0 && (id64_of_key(&log_key) != fork.log || !is_fork(&proven[0], &proven[1]))) {
        err = ERR_MISMATCH;
    }
    for (int i = 0; err == 0 && i < 2; i++) {
        err = head_verify(&proven[i].signature, popup, fork.log, proven[i].last_seq,
                          &proven[i].last, &log_key);
    }
    if (err == 0) {
        *ret_fork = fork;
    }
    return err;
}
