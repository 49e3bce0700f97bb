#include "sync/roster/certificate.h"

#include <string.h>

#include "sync/base/check.h"

static const char label[] = "trestle/cert/1";

enum { LABEL_BYTES = sizeof label - 1, VERSION = 1, BODY_FIELDS = 9 };

/* One link of a chain, borrowed from its bytes. */
struct link {
    struct bytes body;
    struct signature signature;
};

/* --- body --- */

static bool is_role(uint64_t role)
{
    return role > ROLE_NONE && role < ROLE_COUNT;
}

static bool is_lane(struct bytes lane)
{
    for (size_t i = 0; i < lane.size; i++) {
        if (lane.data[i] < 'A' || lane.data[i] > 'Z') {
            return false;
        }
    }
    return lane.size <= LANE_BYTES_MAX;
}

static struct bytes lane_of(const struct certificate *certificate)
{
    return bytes_of(certificate->lane, certificate->lane_size);
}

static struct bytes name_of(const struct certificate *certificate)
{
    return bytes_of(certificate->name, certificate->name_size);
}

static bool is_clean(const struct certificate *certificate)
{
    return is_role(certificate->role) && certificate->lane_size <= LANE_BYTES_MAX &&
           is_lane(lane_of(certificate)) && certificate->name_size <= NAME_BYTES_MAX &&
           text_is_clean(name_of(certificate));
}

static int body_encode(const struct certificate *certificate, void *buffer, struct bytes *ret_body)
{
    struct writer writer;
    if (!is_clean(certificate)) {
        return ERR_MALFORMED;
    }
    writer_init(&writer, buffer, CERT_BYTES_MAX);
    write_array(&writer, BODY_FIELDS);
    write_uint(&writer, VERSION);
    write_bin(&writer, certificate->popup.bytes, POPUP_ID_BYTES);
    write_bin(&writer, certificate->device_key.bytes, PUBLIC_KEY_BYTES);
    write_bin(&writer, certificate->transport_key.bytes, PUBLIC_KEY_BYTES);
    write_uint(&writer, certificate->role);
    write_uint(&writer, certificate->capabilities);
    write_text(&writer, lane_of(certificate));
    write_text(&writer, name_of(certificate));
    write_uint(&writer, certificate->issued);
    return writer_finish(&writer, ret_body);
}

/* Both structs were zeroed, so the copies are terminated. */
static void read_names(struct reader *reader, struct certificate *certificate)
{
    const struct bytes lane = read_text(reader, LANE_BYTES_MAX);
    const struct bytes name = read_text(reader, NAME_BYTES_MAX);
    if (reader->err != 0) {
        return;
    }
    if (!is_lane(lane)) {
        reader_fail(reader, ERR_MALFORMED);
        return;
    }
    certificate->lane_size = (uint8_t)lane.size;
    certificate->name_size = (uint8_t)name.size;
    memcpy(certificate->lane, lane.data, lane.size);
    memcpy(certificate->name, name.data, name.size);
}

static int body_decode(struct bytes body, struct certificate *ret_certificate)
{
    struct certificate certificate;
    struct reader reader;
    memset(&certificate, 0, sizeof certificate);
    reader_init(&reader, body);
    read_array(&reader, BODY_FIELDS, BODY_FIELDS);
    const uint64_t version = read_uint(&reader, VERSION);
    read_fixed(&reader, certificate.popup.bytes, POPUP_ID_BYTES);
    read_fixed(&reader, certificate.device_key.bytes, PUBLIC_KEY_BYTES);
    read_fixed(&reader, certificate.transport_key.bytes, PUBLIC_KEY_BYTES);
    const uint64_t role = read_uint(&reader, ROLE_COUNT - 1);
    certificate.capabilities = read_uint(&reader, UINT64_MAX);
    read_names(&reader, &certificate);
    certificate.issued = read_uint(&reader, UINT64_MAX);
    if (reader_finish(&reader) != 0 || version != VERSION || !is_role(role)) {
        return ERR_MALFORMED;
    }
    certificate.role = (enum role)role;
    *ret_certificate = certificate;
    return 0;
}

/* --- signature --- */

static struct bytes message_of(uint8_t to[LABEL_BYTES + CERT_BYTES_MAX], struct bytes body)
{
    check(body.size <= CERT_BYTES_MAX);
    memcpy(to, label, LABEL_BYTES);
    memcpy(to + LABEL_BYTES, body.data, body.size);
    return bytes_of(to, LABEL_BYTES + body.size);
}

static int link_verify(const struct link *link, const struct public_key *issuer,
                       struct verified *verified)
{
    uint8_t message[LABEL_BYTES + CERT_BYTES_MAX];
    return verified_bytes(verified, &link->signature, message_of(message, link->body), issuer);
}

/* --- chain --- */

/* The links of @chain and their number, or ERR_MALFORMED. */
static int chain_decode(struct bytes chain, struct link links[CERT_CHAIN_MAX], uint32_t *ret_count)
{
    struct reader reader;
    reader_init(&reader, chain);
    const uint32_t count = read_array(&reader, 1, CERT_CHAIN_MAX);
    for (uint32_t i = 0; i < count; i++) {
        read_array(&reader, 2, 2);
        links[i].body = read_bin(&reader, 1, CERT_BYTES_MAX);
        read_fixed(&reader, links[i].signature.bytes, SIGNATURE_BYTES);
    }
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    *ret_count = count;
    return 0;
}

static void write_link(struct writer *writer, const struct link *link)
{
    write_array(writer, 2);
    write_bin(writer, link->body.data, link->body.size);
    write_bin(writer, link->signature.bytes, SIGNATURE_BYTES);
}

int certificate_issue(const struct certificate *certificate, const struct secret_key *issuer,
                      const struct bytes *issuer_chain, void *buffer, size_t capacity,
                      struct bytes *ret_chain)
{
    uint8_t body[CERT_BYTES_MAX];
    uint8_t message[LABEL_BYTES + CERT_BYTES_MAX];
    struct link own;
    struct link issuers[CERT_CHAIN_MAX];
    uint32_t issuers_count = 0;
    struct writer writer;
    int err = issuer_chain != NULL ? chain_decode(*issuer_chain, issuers, &issuers_count) : 0;
    if (err == 0 && issuers_count >= CERT_CHAIN_MAX) {
        err = ERR_TOO_MANY;
    }
    if (err == 0) {
        err = body_encode(certificate, body, &own.body);
    }
    if (err != 0) {
        return err;
    }
    sign_bytes(&own.signature, message_of(message, own.body), issuer);
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 1 + issuers_count);
    write_link(&writer, &own);
    for (uint32_t i = 0; i < issuers_count; i++) {
        write_link(&writer, &issuers[i]);
    }
    return writer_finish(&writer, ret_chain);
}

/* Each link is signed by the next one's device, the last by @root. */
static int verify_signatures(const struct link *links, const struct certificate *certificates,
                             uint32_t count, const struct public_key *root,
                             struct verified *verified)
{
    int err = 0;
    for (uint32_t i = count; err == 0 && i > 0; i--) {
        const bool is_last = i == count;
        err = link_verify(&links[i - 1], is_last ? root : &certificates[i].device_key, verified);
    }
    return err;
}

static bool is_granted(uint64_t capabilities, uint64_t held)
{
    return (held & capability_bit(CAP_ROSTER)) != 0 && (capabilities & ~held) == 0;
}

static int verify_grants(const struct certificate *certificates, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (!is_granted(certificates[i - 1].capabilities, certificates[i].capabilities)) {
            return ERR_FORBIDDEN;
        }
    }
    return 0;
}

int certificate_grants(const struct certificate *issuer, uint64_t capabilities)
{
    if (!is_granted(capabilities, issuer->capabilities)) {
        return ERR_FORBIDDEN;
    }
    return issuer->is_by_root ? 0 : ERR_TOO_MANY;
}

int certificate_verify_with(struct verified *verified, struct bytes chain,
                            const struct popup_id *popup, const struct public_key *root,
                            struct certificate *ret_certificate)
{
    struct link links[CERT_CHAIN_MAX];
    struct certificate certificates[CERT_CHAIN_MAX];
    uint32_t count = 0;
    int err = chain_decode(chain, links, &count);
    for (uint32_t i = 0; err == 0 && i < count; i++) {
        err = body_decode(links[i].body, &certificates[i]);
    }
    for (uint32_t i = 0; err == 0 && i < count; i++) {
        const bool is_ours = memcmp(&certificates[i].popup, popup, sizeof *popup) == 0;
        err = is_ours ? 0 : ERR_MISMATCH;
    }
    if (err == 0) {
        err = verify_signatures(links, certificates, count, root, verified);
    }
    if (err == 0) {
        err = verify_grants(certificates, count);
    }
    if (err == 0) {
        certificates[0].is_by_root = count == 1;
        certificates[0].issuer = count == 1 ? 0 : id64_of_key(&certificates[1].device_key);
        *ret_certificate = certificates[0];
    }
    return err;
}

int certificate_verify(struct bytes chain, const struct popup_id *popup,
                       const struct public_key *root, struct certificate *ret_certificate)
{
    return certificate_verify_with(NULL, chain, popup, root, ret_certificate);
}

/* --- choice --- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int certificate_compare(const struct certificate *a, const struct certificate *b)
{
    uint8_t body_a[CERT_BYTES_MAX];
    uint8_t body_b[CERT_BYTES_MAX];
    struct bytes bytes_a;
    struct bytes bytes_b;
    int order = compare_numbers(a->is_by_root, b->is_by_root);
    if (order == 0) {
        order = compare_numbers(a->issued, b->issued);
    }
    if (order != 0) {
        return order;
    }
    const int err_a = body_encode(a, body_a, &bytes_a);
    const int err_b = body_encode(b, body_b, &bytes_b);
    check(err_a == 0 && err_b == 0);
    return bytes_compare(bytes_a, bytes_b);
}

struct hash certificate_hash(const struct certificate *certificate)
{
    uint8_t data[CERT_BYTES_MAX];
    struct bytes body;
    struct hash hash;
    const int err = body_encode(certificate, data, &body);
    check(err == 0);
    hash_parts(hash.bytes, sizeof hash.bytes, &body, 1);
    return hash;
}
