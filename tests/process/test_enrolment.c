/* The words of a device that joins: each proof, taken away, is missed. */
#include "node/mesh/enrolment.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/mesh/newcomer.h"
#include "tests/lib/test.h"

struct pairing {
    struct invitation invitation;
    struct secret_key device_secret;
    struct enrol_hello hello;
    uint8_t buffer[ENROL_HELLO_BYTES_MAX];
    struct bytes frame;
};

static void pairing_begin(struct pairing *pairing)
{
    struct transport_secret transport;
    assert_int_equal(entropy_start(), 0);
    *pairing = (struct pairing){
        .invitation = {.endpoint = "tcp://192.0.2.1:7451", .expires_s = 1800000000}};
    entropy_bytes(pairing->invitation.secret, sizeof pairing->invitation.secret);
    entropy_bytes(pairing->invitation.popup.bytes, sizeof pairing->invitation.popup.bytes);
    entropy_signing_key(&pairing->device_secret);
    entropy_transport_key(&transport);
    pairing->hello = (struct enrol_hello){.device_key = signing_public(&pairing->device_secret),
                                          .transport_key = transport_public(&transport),
                                          .name = "Kitchen",
                                          .endpoint = "tcp://192.0.2.2:7450"};
    assert_int_equal(enrol_hello_encode(&pairing->invitation, &pairing->hello,
                                        &pairing->device_secret, pairing->buffer, &pairing->frame),
                     0);
}

TEST(enrolment, an_invitation_is_one_word_and_comes_back)
{
    struct pairing pairing;
    struct invitation again;
    char text[INVITATION_TEXT_BYTES_MAX];
    pairing_begin(&pairing);
    assert_int_equal(invitation_encode(&pairing.invitation, text), 0);
    assert_null(strpbrk(text, " \t\n'\"$&;"));
    assert_int_equal(invitation_decode(text, &again), 0);
    assert_string_equal(again.endpoint, pairing.invitation.endpoint);
    assert_memory_equal(again.secret, pairing.invitation.secret, sizeof again.secret);
    assert_int_equal(again.expires_s, pairing.invitation.expires_s);
    for (size_t size = 0; size < strlen(text); size++) {
        char cut[INVITATION_TEXT_BYTES_MAX];
        memcpy(cut, text, size);
        cut[size] = '\0';
        assert_int_equal(invitation_decode(cut, &again), ERR_MALFORMED);
    }
}

TEST(enrolment, a_hello_is_understood_by_its_inviter)
{
    struct pairing pairing;
    struct enrol_hello heard;
    pairing_begin(&pairing);
    assert_int_equal(enrol_hello_decode(&pairing.invitation, pairing.frame, &heard), 0);
    assert_string_equal(heard.name, "Kitchen");
    assert_string_equal(heard.endpoint, "tcp://192.0.2.2:7450");
    assert_memory_equal(&heard.device_key, &pairing.hello.device_key, sizeof heard.device_key);
    assert_memory_equal(&heard.mac, &pairing.hello.mac, sizeof heard.mac);
}

TEST(enrolment, a_hello_with_another_secret_popup_or_inviter_is_refused)
{
    struct pairing pairing;
    struct enrol_hello heard;
    pairing_begin(&pairing);
    struct invitation other = pairing.invitation;
    other.secret[0] ^= 1;
    assert_int_equal(enrol_hello_decode(&other, pairing.frame, &heard), ERR_FORBIDDEN);
    other = pairing.invitation;
    other.popup.bytes[0] ^= 1;
    assert_int_equal(enrol_hello_decode(&other, pairing.frame, &heard), ERR_FORBIDDEN);
    other = pairing.invitation;
    other.inviter.bytes[0] ^= 1;
    assert_int_equal(enrol_hello_decode(&other, pairing.frame, &heard), ERR_FORBIDDEN);
}

TEST(enrolment, a_device_key_that_is_not_held_is_refused)
{
    struct pairing pairing;
    struct enrol_hello heard;
    struct secret_key thief;
    pairing_begin(&pairing);
    entropy_signing_key(&thief);
    assert_int_equal(enrol_hello_encode(&pairing.invitation, &pairing.hello, &thief, pairing.buffer,
                                        &pairing.frame),
                     0);
    assert_int_equal(enrol_hello_decode(&pairing.invitation, pairing.frame, &heard),
                     ERR_BAD_SIGNATURE);
}

TEST(enrolment, no_flipped_bit_of_a_hello_passes)
{
    struct pairing pairing;
    struct enrol_hello heard;
    pairing_begin(&pairing);
    for (size_t bit = 0; bit < 8 * pairing.frame.size; bit++) {
        pairing.buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(enrol_hello_decode(&pairing.invitation, pairing.frame, &heard), 0);
        pairing.buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

TEST(enrolment, a_welcome_belongs_to_one_conversation_and_one_popup)
{
    struct pairing pairing;
    struct secret_key root;
    struct bytes frame;
    pairing_begin(&pairing);
    struct welcome *welcome = calloc(1, sizeof *welcome), *heard = calloc(1, sizeof *heard);
    uint8_t *buffer = malloc(WELCOME_BYTES_MAX);
    assert_true(welcome != NULL && heard != NULL && buffer != NULL);
    entropy_signing_key(&root);
    welcome->root = signing_public(&root);
    welcome->epoch_ms = 1800000000000;
    welcome->chain_size = 100;
    welcome->book.count = 1;
    welcome->book.entries[0].device = 42;
    welcome->introductions_count = 1;
    welcome->introductions[0].size = 7;
    pairing.invitation.popup = popup_id_of_root(&welcome->root);
    assert_int_equal(
        welcome_encode(&pairing.invitation, &pairing.hello.mac, welcome, buffer, &frame), 0);
    assert_int_equal(welcome_decode(&pairing.invitation, &pairing.hello.mac, frame, heard), 0);
    assert_int_equal(heard->epoch_ms, 1800000000000);
    assert_int_equal(heard->book.entries[0].device, 42);
    assert_int_equal(heard->introductions[0].size, 7);
    struct hash other = pairing.hello.mac;
    other.bytes[0] ^= 1;
    assert_int_equal(welcome_decode(&pairing.invitation, &other, frame, heard), ERR_FORBIDDEN);
    pairing.invitation.popup.bytes[0] ^= 1;
    assert_int_equal(welcome_decode(&pairing.invitation, &pairing.hello.mac, frame, heard),
                     ERR_MISMATCH);
    free(buffer);
    free(heard);
    free(welcome);
}

TEST(enrolment, a_full_welcome_fits_a_frame)
{
    struct pairing pairing;
    struct bytes frame;
    pairing_begin(&pairing);
    struct welcome *welcome = calloc(1, sizeof *welcome);
    uint8_t *buffer = malloc(WELCOME_BYTES_MAX);
    assert_true(welcome != NULL && buffer != NULL);
    welcome->chain_size = sizeof welcome->chain;
    welcome->book.count = welcome->introductions_count = DEVICES_MAX;
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        struct book_entry *entry = &welcome->book.entries[i];
        memset(entry->endpoint, 'x', sizeof entry->endpoint - 1);
        entry->chain_size = sizeof entry->chain;
        welcome->introductions[i].size = INTRODUCTION_BYTES_MAX;
    }
    assert_int_equal(
        welcome_encode(&pairing.invitation, &pairing.hello.mac, welcome, buffer, &frame), 0);
    assert_true(frame.size <= MESSAGE_BYTES_MAX);
    free(buffer);
    free(welcome);
}

/* What its inviter says and signs with the invitation's secret, and the newcomer makes of it. */
static int welcomed(const struct pairing *pairing, const struct welcome *said, size_t cut, int flip)
{
    static struct welcome heard;
    static uint8_t buffer[WELCOME_BYTES_MAX];
    struct bytes frame;
    assert_int_equal(
        welcome_encode(&pairing->invitation, &pairing->hello.mac, said, buffer, &frame), 0);
    buffer[1] ^= (uint8_t)flip; /* its kind */
    frame.size -= cut;
    return welcome_decode(&pairing->invitation, &pairing->hello.mac, frame, &heard);
}

TEST(enrolment, a_welcome_that_is_cut_of_another_kind_or_says_nothing_is_none)
{
    static struct welcome welcome;
    struct pairing pairing;
    struct secret_key root;
    pairing_begin(&pairing);
    entropy_signing_key(&root);
    welcome.root = signing_public(&root);
    pairing.invitation.popup = popup_id_of_root(&welcome.root);
    welcome.chain_size = 10;
    assert_int_equal(welcomed(&pairing, &welcome, 0, 0), 0);
    assert_int_equal(welcomed(&pairing, &welcome, 1, 0), ERR_MALFORMED);
    assert_int_equal(welcomed(&pairing, &welcome, 0, 1), ERR_MALFORMED);
    welcome.introductions_count = 1; /* of nobody */
    assert_int_not_equal(welcomed(&pairing, &welcome, 0, 0), 0);
    welcome.introductions_count = 0;
    welcome.chain_size = 0;
    assert_int_not_equal(welcomed(&pairing, &welcome, 0, 0), 0);
}

TEST(enrolment, a_word_that_is_no_invitation_is_told)
{
    static const char *const words[] = {"", "trestle1:", "trestle1:!!", "trestle1:A",
                                        "trestle2:AAAA"};
    struct invitation invitation;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(invitation_decode(words[i], &invitation), ERR_MALFORMED);
    }
}

/* An inviter without time: it hangs up on the first callers, and then is there no more. */
enum { CALLERS_MAX = 2 };

struct busy_inviter {
    int listener;
    unsigned callers;
};

static void *hang_up(void *context)
{
    struct busy_inviter *inviter = context;
    int caller;
    while (inviter->callers < CALLERS_MAX &&
           (caller = accept(inviter->listener, NULL, NULL)) >= 0) {
        inviter->callers++;
        (void)close(caller);
    }
    (void)shutdown(inviter->listener, SHUT_RDWR);
    return NULL;
}

TEST(enrolment, a_newcomer_that_was_not_heard_out_calls_again)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    struct transport_secret transport;
    struct pairing pairing;
    struct welcome *welcome = malloc(sizeof *welcome);
    struct busy_inviter inviter = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    pthread_t thread;
    pairing_begin(&pairing);
    entropy_transport_key(&transport);
    pairing.hello.transport_key = pairing.invitation.inviter = transport_public(&transport);
    assert_int_equal(bind(inviter.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(inviter.listener, CALLERS_MAX), 0);
    assert_int_equal(getsockname(inviter.listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(pairing.invitation.endpoint, sizeof pairing.invitation.endpoint,
                   "tcp://127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, hang_up, &inviter), 0);
    assert_int_equal(newcomer_join(&pairing.invitation, &pairing.hello, &pairing.device_secret,
                                   &transport, 60000, welcome),
                     ERR_BUSY);
    (void)shutdown(inviter.listener, SHUT_RDWR); /* whoever was not called, waits no more */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(inviter.callers, CALLERS_MAX);
    (void)close(inviter.listener);
    free(welcome);
}
