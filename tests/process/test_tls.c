/* A certificate's files, before they are served: how long it lasts, and which are refused. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/tls_make.h"

enum { DAY_S = 24 * 3600 };

static char folder[64], certificate[96], key[96], other_key[96];
static const struct tls_files files = {certificate, key}, mixed = {certificate, other_key};

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/dev/shm/trestle-tls-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(certificate, sizeof certificate, "%s/tls.pem", folder);
    (void)snprintf(key, sizeof key, "%s/tls.key", folder);
    (void)snprintf(other_key, sizeof other_key, "%s/other.key", folder);
    tls_make(&files, DAY_S);
}

static void end(void)
{
    (void)unlink(certificate);
    (void)unlink(key);
    (void)unlink(other_key);
    assert_int_equal(rmdir(folder), 0);
}

static int check_files(const struct tls_files *checked, const char *wanted)
{
    char problem[TLS_PROBLEM_BYTES_MAX] = "";
    const int err = tls_check(checked, problem);
    if (strstr(problem, wanted) == NULL) {
        fail_msg("%s: not %s", problem, wanted);
    }
    return err;
}

TEST(tls, the_days_left_are_whole_ones_and_below_zero_once_it_has_ended)
{
    static const struct {
        long valid_s;
        int days;
    } rows[] = {{90L * DAY_S + 3600, 90}, {DAY_S + 3600, 1},     {3600, 0}, {-60, -1},
                {-DAY_S - 60, -1},        {-2L * DAY_S - 60, -2}};
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int days = 99;
        tls_make(&files, rows[i].valid_s);
        assert_int_equal(tls_days_left(certificate, &days), 0);
        assert_int_equal(days, rows[i].days);
    }
    end();
}

TEST(tls, of_a_file_that_is_no_certificate_nothing_is_said)
{
    uint8_t public_key[TLS_PUBLIC_KEY_BYTES_MAX];
    size_t size = 0;
    int days = 99;
    begin();
    write_file(certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert_int_equal(tls_days_left(certificate, &days), ERR_MALFORMED);
    assert_int_equal(tls_public_key(certificate, public_key, sizeof public_key, &size),
                     ERR_MALFORMED);
    assert_int_equal(check_files(&files, "it must hold a certificate as PEM"), ERR_MALFORMED);
    assert_int_equal(unlink(certificate), 0);
    assert_int_equal(tls_days_left(certificate, &days), ERR_MALFORMED);
    end();
}

TEST(tls, a_public_key_is_written_where_it_fits)
{
    uint8_t public_key[TLS_PUBLIC_KEY_BYTES_MAX], again[TLS_PUBLIC_KEY_BYTES_MAX];
    size_t size = 0, size_again = 0;
    begin();
    assert_int_equal(tls_public_key(certificate, public_key, sizeof public_key, &size), 0);
    assert_int_equal(tls_public_key(certificate, public_key, size - 1, &size_again), ERR_TOO_LARGE);
    assert_int_equal(tls_public_key(certificate, again, size, &size_again), 0);
    assert_int_equal(size_again, size);
    assert_memory_equal(again, public_key, size);
    tls_make(&files, DAY_S);
    assert_int_equal(tls_public_key(certificate, again, size, &size_again), 0);
    assert_memory_not_equal(again, public_key, size);
    end();
}

TEST(tls, a_key_that_is_not_the_certificate_s_own_or_not_its_owner_s_alone_is_refused)
{
    char elsewhere[96], nowhere[128];
    const struct tls_files other = {elsewhere, other_key}, lost = {certificate, nowhere};
    begin();
    assert_int_equal(check_files(&files, ""), 0);
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/other.pem", folder);
    tls_make(&other, DAY_S);
    assert_int_equal(unlink(elsewhere), 0);
    assert_int_equal(check_files(&mixed, "the certificate's own key"), ERR_MALFORMED);
    tls_make_key(other_key); /* of another kind than the certificate's */
    assert_int_equal(check_files(&mixed, "the certificate's own key"), ERR_MALFORMED);
    write_file(other_key, "no key\n");
    assert_int_equal(chmod(other_key, 0600), 0);
    assert_int_equal(check_files(&mixed, "the certificate's own key"), ERR_MALFORMED);
    assert_int_equal(chmod(key, 0604), 0);
    assert_int_equal(check_files(&files, "chmod 600"), ERR_FORBIDDEN);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(check_files(&files, "there is no such file"), ERR_NOT_FOUND);
    (void)snprintf(nowhere, sizeof nowhere, "%s/in/it", certificate);
    assert_int_equal(check_files(&lost, "readable for this user"), ERR_FORBIDDEN);
    end();
}
