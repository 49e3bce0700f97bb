/* Who people are, on a machine that lacks memory or threads, on a host that knows nobody, and of
 * issuers that are out of the pop-up. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/access/access.h"
#include "tests/lib/test.h"
#include "tests/process/lib/scarce.h"

enum { OWN = 1, PEER = 77 };

static char folder[64];
static struct identity identity;
static const struct access_config config = {.state = folder, .identity = &identity};

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    identity_make_keys(&identity);
    identity.device = OWN;
    (void)snprintf(folder, sizeof folder, "/dev/shm/trestle-access-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void end(void)
{
    char remove_it[96];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

TEST(access_scarce, without_memory_or_threads_nobody_is_let_in_by_half)
{
    static const char *const missing[] = {"calloc", "pthread_create"};
    begin();
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        unsigned nth = 0;
        for (bool is_reached = true; is_reached; nth++) {
            struct access *access = NULL;
            scarce_begin(missing[i], nth + 1, pthread_self());
            const int err = access_open(&config, &access);
            is_reached = scarce_end();
            assert_int_equal(err, is_reached ? ERR_NO_MEMORY : 0);
            assert_true((access == NULL) == is_reached);
            access_close(access);
        }
        assert_true(nth > 1);
    }
    end();
}

TEST(access_scarce, a_host_that_knows_nobody_gives_no_codes_and_takes_none)
{
    char code[TABLE_CODE_DIGITS + 1];
    struct table_code said;
    const struct gate_live live = {.device = OWN};
    assert_int_equal(access_table(NULL, &live, 4, 1, code), ERR_UNAVAILABLE);
    assert_int_equal(access_table_check(NULL, &live, bytes_of_text("a.b.c"), &said),
                     ERR_UNAVAILABLE);
}

/* Whether it still opens its table is the journal's to say. */
TEST(access_scarce, a_tables_code_is_known_whatever_became_of_the_device_that_signed_it)
{
    static struct gate_live live = {.device = OWN, .peers_count = 1, .peers = {{.device = PEER}}};
    char text[TABLE_CODE_DIGITS + 1];
    struct access *access = NULL;
    struct secret_key secret;
    struct table_code said, code = {.issuer = PEER, .table = 4, .generation = 1};
    begin();
    entropy_signing_key(&secret);
    live.peers[0].device_key = signing_public(&secret);
    live.peers[0].is_revoked = true;
    assert_int_equal(access_open(&config, &access), 0);
    table_code_mint(&code, &identity.popup, &secret, text);
    assert_int_equal(access_table_check(access, &live, bytes_of_text(text), &said), 0);
    assert_int_equal(said.issuer, PEER);
    assert_int_equal(access_table(access, &live, 4, 3, text), 0);
    assert_int_equal(access_table_check(access, &live, bytes_of_text(text), &said), 0);
    assert_int_equal(said.issuer, OWN);
    code.issuer = PEER + 1; /* of no roster */
    table_code_mint(&code, &identity.popup, &secret, text);
    assert_int_equal(access_table_check(access, &live, bytes_of_text(text), &said), ERR_NOT_FOUND);
    access_close(access);
    end();
}

TEST(access_scarce, who_came_by_a_device_that_is_out_of_the_popup_does_not_stay)
{
    static struct gate_live live = {
        .device = OWN, .peers_count = 1, .peers = {{.device = PEER, .clock_offset_ms = 1500}}};
    char token[TOKEN_TEXT_MAX];
    struct caller caller;
    struct access *access = NULL;
    begin();
    assert_int_equal(access_open(&config, &access), 0);
    assert_int_equal(access_customer(access, &live, token, &caller), 0);
    assert_true(access_stands(access, &live, &caller));
    caller.token.issuer = PEER;
    assert_true(access_stands(access, &live, &caller));
    live.peers[0].is_revoked = true;
    assert_false(access_stands(access, &live, &caller));
    caller.token.issuer = PEER + 1; /* of no roster */
    assert_false(access_stands(access, &live, &caller));
    access_close(access);
    end();
}
