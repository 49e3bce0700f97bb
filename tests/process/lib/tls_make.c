#include "tests/process/lib/tls_make.h"

#include "node/web/openssl_names.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include <stdio.h>
#include <sys/stat.h>

#include "tests/lib/test.h"

static X509 *make(EVP_PKEY *key, long valid_s)
{
    X509 *made = X509_new();
    assert_non_null(made);
    X509_NAME *name = X509_get_subject_name(made);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)"localhost", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(made, name), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(made), -10L * 24 * 3600));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(made), valid_s));
    assert_int_equal(X509_set_pubkey(made, key), 1);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    return made;
}

static void write_key(const char *path, EVP_PKEY *key)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
    EVP_PKEY_free(key);
}

void tls_make(const struct tls_files *files, long valid_s)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    X509 *made = make(key, valid_s);
    FILE *file = fopen(files->certificate, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, made), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(made);
    write_key(files->key, key);
}

void tls_make_key(const char *path)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    assert_non_null(key);
    write_key(path, key);
}
