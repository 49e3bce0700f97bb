/* Sockets that cannot be made, bound, asked or written to: whoever wanted them is told, nothing is
 * left open, and the next try works. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/mesh/beacon.h"
#include "node/mesh/newcomer.h"
#include "node/mesh/transport.h"
#include "tests/lib/test.h"
#include "tests/process/lib/faults.h"

enum { CALLS_MAX = 200 };

static struct transport_secret secret;

static struct transport_config config_of(const char *listen)
{
    assert_int_equal(entropy_start(), 0);
    entropy_transport_key(&secret);
    return (struct transport_config){.secret = &secret, .listen = listen, .seed = 1};
}

TEST(transport_sick, a_transport_that_cannot_be_made_says_so_whatever_fails)
{
    const struct transport_config config = config_of("tcp://127.0.0.1:*");
    bool has_failed = true;
    for (unsigned nth = 1; has_failed; nth++) {
        struct transport *transport = NULL;
        faults_begin(NULL, nth, 0);
        const int err = transport_open(&config, &transport);
        has_failed = faults_end();
        assert_int_equal(err != 0, has_failed);
        transport_close(transport);
        assert_in_range(nth, 1, CALLS_MAX);
    }
}

TEST(transport_sick, a_door_that_cannot_be_opened_stays_shut_and_opens_the_next_time)
{
    const struct transport_config config = config_of(NULL);
    struct transport *transport = NULL;
    bool has_failed = true;
    assert_int_equal(transport_open(&config, &transport), 0);
    for (unsigned nth = 1; has_failed; nth++) {
        faults_begin(NULL, nth, 0);
        const int err = transport_enrol_open(transport, "tcp://127.0.0.1:*", NULL);
        has_failed = faults_end();
        assert_int_equal(err != 0, has_failed);
        assert_int_equal(transport_enrol_endpoint(transport)[0] == '\0', has_failed);
        assert_in_range(nth, 1, CALLS_MAX);
    }
    transport_enrol_close(transport);
    transport_close(transport);
}

TEST(transport_sick, an_address_that_is_refused_is_told_by_its_reason)
{
    static const struct {
        int error, err;
    } rows[] = {{EADDRINUSE, ERR_EXISTS},
                {EADDRNOTAVAIL, ERR_MALFORMED},
                {EACCES, ERR_FORBIDDEN},
                {EMFILE, ERR_IO}};
    const struct transport_config config = config_of("tcp://127.0.0.1:*");
    struct transport *transport = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        faults_begin("zmq_bind", 2, rows[i].error); /* the first is the authenticator's */
        assert_int_equal(transport_open(&config, &transport), rows[i].err);
        assert_true(faults_end());
    }
}

TEST(transport_sick, a_dial_that_cannot_begin_is_no_link_and_ends_nothing)
{
    static const struct transport_device device = {.device = 1, .key = {{9}}};
    const struct transport_peer peer = {.device = 1, .endpoint = "tcp://127.0.0.1:9"};
    const struct transport_config config = config_of(NULL);
    bool has_failed = true;
    for (unsigned nth = 1; has_failed; nth++) {
        struct transport *transport = NULL;
        uint32_t ready = 0;
        assert_int_equal(transport_open(&config, &transport), 0);
        transport_allow(transport, &device, 1);
        transport_dial(transport, &peer, 1);
        faults_begin(NULL, nth, 0);
        const int err = transport_wait(transport, NULL, 0, 0, &ready);
        has_failed = faults_end();
        assert_true(err == 0 || has_failed);
        assert_int_not_equal(transport_state(transport, 1), TRANSPORT_LINKED);
        transport_close(transport);
        assert_in_range(nth, 1, CALLS_MAX);
    }
}

/* --- newcomers --- */

static bool agree(void *context, const char *digits)
{
    (void)context;
    (void)digits;
    return true;
}

TEST(transport_sick, a_newcomer_whose_sockets_fail_is_told_and_does_not_wait)
{
    static struct welcome welcome;
    struct secret_key device_secret;
    struct enrol_hello hello = {.name = "Kitchen"};
    struct invitation invitation = {.endpoint = "tcp://127.0.0.1:9"}, paired;
    const struct transport_config config = config_of(NULL);
    entropy_signing_key(&device_secret);
    const struct newcomer newcomer = {.endpoint = invitation.endpoint,
                                      .transport_secret = config.secret,
                                      .device_secret = &device_secret,
                                      .ask = agree};
    invitation.inviter = transport_public(config.secret);
    bool has_failed = true;
    for (unsigned nth = 1; has_failed; nth++) {
        faults_begin(NULL, nth, 0);
        assert_int_not_equal(
            newcomer_join(&invitation, &hello, &device_secret, config.secret, 1, &welcome), 0);
        has_failed = faults_end();
        faults_begin(NULL, nth, 0);
        assert_int_not_equal(newcomer_pair(&newcomer, &hello, 1, &paired, &welcome), 0);
        has_failed = faults_end() || has_failed;
        assert_in_range(nth, 1, CALLS_MAX);
    }
}

/* --- beacons --- */

TEST(transport_sick, a_beacon_without_a_socket_says_so_and_without_networks_is_silent)
{
    const struct beacon_config config = {.device = 1, .mesh_port = 7450, .is_v6 = true, .seed = 1};
    struct beacon *beacon = NULL;
    bool has_failed = true;
    for (unsigned nth = 1; has_failed; nth++) {
        faults_begin(NULL, nth, 0);
        const int err = beacon_open(&config, &beacon);
        has_failed = faults_end();
        assert_true(err == 0 || has_failed || nth == 1);
        if (err == 0) {
            beacon_close(beacon);
        }
        assert_in_range(nth, 1, CALLS_MAX);
    }
    const struct beacon_config v4 = {.device = 1, .mesh_port = 7450, .seed = 1};
    assert_int_equal(beacon_open(&v4, &beacon), 0);
    faults_begin("getifaddrs", 1, ENOMEM);
    beacon_serve(beacon, 1);
    assert_true(faults_end());
    assert_int_equal(beacon_counts(beacon).sent, 0);
    beacon_close(beacon);
}
