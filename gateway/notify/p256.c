#include "gateway/notify/p256.h"

#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

enum { DIGEST_BYTES = 32 };

/* One computation's numbers; wiped when it ends. */
struct numbers {
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi secret, r, s;
};

/* Against side channels: mbedtls blinds with it. */
static int blind(void *context, unsigned char *to, size_t size)
{
    (void)context;
    entropy_bytes(to, size);
    return 0;
}

static void numbers_open(struct numbers *numbers)
{
    mbedtls_ecp_group_init(&numbers->group);
    mbedtls_ecp_point_init(&numbers->point);
    mbedtls_mpi_init(&numbers->secret);
    mbedtls_mpi_init(&numbers->r);
    mbedtls_mpi_init(&numbers->s);
    check(mbedtls_ecp_group_load(&numbers->group, MBEDTLS_ECP_DP_SECP256R1) == 0);
}

static void numbers_close(struct numbers *numbers)
{
    mbedtls_ecp_group_free(&numbers->group);
    mbedtls_ecp_point_free(&numbers->point);
    mbedtls_mpi_free(&numbers->secret);
    mbedtls_mpi_free(&numbers->r);
    mbedtls_mpi_free(&numbers->s);
}

static int secret_read(struct numbers *numbers, const struct p256_secret *secret)
{
    check(mbedtls_mpi_read_binary(&numbers->secret, secret->bytes, sizeof secret->bytes) == 0);
    return mbedtls_ecp_check_privkey(&numbers->group, &numbers->secret) == 0 ? 0 : ERR_MALFORMED;
}

static int point_read(struct numbers *numbers, const struct p256_point *point)
{
    int err = mbedtls_ecp_point_read_binary(&numbers->group, &numbers->point, point->bytes,
                                            sizeof point->bytes);
    err = err == 0 ? mbedtls_ecp_check_pubkey(&numbers->group, &numbers->point) : err;
    return err == 0 ? 0 : ERR_MALFORMED;
}

void p256_secret_make(struct p256_secret *to)
{
    struct p256_point point;
    do { /* one of 2^32 is none */
        entropy_bytes(to->bytes, sizeof to->bytes);
    } while (p256_public(to, &point) != 0);
}

int p256_public(const struct p256_secret *secret, struct p256_point *ret_point)
{
    struct numbers n;
    size_t size = 0;
    numbers_open(&n);
    const int err = secret_read(&n, secret);
    if (err == 0) {
        check(mbedtls_ecp_mul(&n.group, &n.point, &n.secret, &n.group.G, blind, NULL) == 0);
        check(mbedtls_ecp_point_write_binary(&n.group, &n.point, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                             ret_point->bytes, sizeof ret_point->bytes) == 0);
    }
    numbers_close(&n);
    return err;
}

int p256_check(const struct p256_point *point)
{
    struct numbers n;
    numbers_open(&n);
    const int err = point_read(&n, point);
    numbers_close(&n);
    return err;
}

int p256_shared(const struct p256_secret *secret, const struct p256_point *point,
                uint8_t ret_shared[P256_SECRET_BYTES])
{
    struct numbers n;
    numbers_open(&n);
    int err = secret_read(&n, secret);
    err = err == 0 ? point_read(&n, point) : err;
    if (err == 0) {
        check(mbedtls_ecdh_compute_shared(&n.group, &n.r, &n.point, &n.secret, blind, NULL) == 0);
        check(mbedtls_mpi_write_binary(&n.r, ret_shared, P256_SECRET_BYTES) == 0);
    }
    numbers_close(&n);
    return err;
}

int p256_sign(const struct p256_secret *secret, struct bytes message,
              uint8_t ret_signature[P256_SIGNATURE_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    struct numbers n;
    numbers_open(&n);
    const int err = secret_read(&n, secret);
    if (err == 0) {
        check(mbedtls_sha256_ret(message.data, message.size, digest, 0) == 0);
        check(mbedtls_ecdsa_sign_det_ext(&n.group, &n.r, &n.s, &n.secret, digest, sizeof digest,
                                         MBEDTLS_MD_SHA256, blind, NULL) == 0);
        check(mbedtls_mpi_write_binary(&n.r, ret_signature, P256_SECRET_BYTES) == 0);
        check(mbedtls_mpi_write_binary(&n.s, ret_signature + P256_SECRET_BYTES,
                                       P256_SECRET_BYTES) == 0);
    }
    numbers_close(&n);
    return err;
}
