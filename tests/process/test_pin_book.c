/* test_pin_book.c - what one device keeps of PINs: enough to know the right one, too little to find
 * it, and every wrong guess. Time is what the test says. */
#define _GNU_SOURCE /* mkdtemp, RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/access/pin_book.h"
#include "node/access/pin_desk.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "tests/lib/test.h"

enum { MIRA = 12 };

static char folder[64];
static struct pin_book *book;
static uint64_t now_ms, wait_ms;

/* How PINs are hashed here: as they are, at no cost where hundreds are tried, or not at all, as
 * where memory is short. */
static enum { HASHES, HASHES_QUICKLY, HASHES_NOT } hashing;

/* Stands before libsodium's. */
int crypto_pwhash(unsigned char *const out, unsigned long long out_size, const char *const password,
                  unsigned long long password_size, const unsigned char *const salt,
                  unsigned long long passes, size_t memory, int algorithm)
{
    static int (*real)(unsigned char *, unsigned long long, const char *, unsigned long long,
                       const unsigned char *, unsigned long long, size_t, int);
    if (hashing == HASHES_NOT) {
        return errno = ENOMEM, -1;
    }
    if (hashing == HASHES_QUICKLY) {
        return crypto_generichash(out, out_size, (const unsigned char *)password, password_size,
                                  salt, crypto_pwhash_SALTBYTES);
    }
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "crypto_pwhash");
        memcpy(&real, &found, sizeof found);
    }
    return real(out, out_size, password, password_size, salt, passes, memory, algorithm);
}

static void reopen(void)
{
    pin_book_close(book);
    assert_int_equal(pin_book_open(folder, &book), 0);
}

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(folder, sizeof folder, "/dev/shm/trestle-pins-XXXXXX");
    assert_non_null(mkdtemp(folder));
    now_ms = 1000;
    hashing = HASHES;
    book = NULL;
    reopen();
}

static void end(void)
{
    char path[128];
    pin_book_close(book);
    (void)snprintf(path, sizeof path, "%s/pins", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static struct pin pin_of(const char *digits)
{
    struct pin pin;
    assert_int_equal(pin_of_text(bytes_of_text(digits), &pin), 0);
    return pin;
}

/* A guess at @staff, whose PIN is @right as the blob numbered @blob says; NULL: who has none. */
static int guess_at(uint64_t staff, const char *digits, const char *right, uint8_t blob)
{
    struct pin_guess guess = {.staff = staff, .pin = pin_of(digits)};
    guess.has_pin = guess.has_sealed = right != NULL;
    guess.blob.bytes[0] = blob;
    if (right != NULL) {
        guess.sealed = pin_of(right);
    }
    return pin_book_try(book, &guess, now_ms, &wait_ms);
}

static int guess_mira(const char *digits)
{
    return guess_at(MIRA, digits, "4711", 1);
}

/* The same when the blob's bytes are not here (any more). */
static int guess_without_blob(const char *digits)
{
    struct pin_guess guess = {.staff = MIRA, .pin = pin_of(digits), .has_pin = true};
    guess.blob.bytes[0] = 1;
    return pin_book_try(book, &guess, now_ms, &wait_ms);
}

TEST(pin_book, the_right_one_is_right_and_stays_so_without_its_blob_and_after_a_restart)
{
    begin();
    assert_int_equal(guess_without_blob("4711"), ERR_UNAUTHENTICATED); /* not heard of yet */
    assert_int_equal(guess_mira("4712"), ERR_UNAUTHENTICATED);
    assert_int_equal(guess_mira("4711"), 0);
    assert_int_equal(guess_mira("47110"), ERR_UNAUTHENTICATED);
    assert_int_equal(guess_without_blob("4711"), 0);
    reopen();
    assert_int_equal(guess_without_blob("4711"), 0);
    assert_int_equal(guess_without_blob("4712"), ERR_UNAUTHENTICATED);
    end();
}

TEST(pin_book, who_has_none_any_more_does_not_get_in_with_the_old_one)
{
    begin();
    assert_int_equal(guess_mira("4711"), 0);
    assert_int_equal(guess_at(MIRA, "4711", NULL, 0), ERR_UNAUTHENTICATED);
    assert_int_equal(guess_at(MIRA, "4711", "0815", 2), ERR_UNAUTHENTICATED);
    assert_int_equal(guess_at(MIRA, "0815", "0815", 2), 0);
    end();
}

TEST(pin_book, the_same_pin_of_another_person_is_another)
{
    begin();
    assert_int_equal(guess_mira("4711"), 0);
    assert_int_equal(guess_at(MIRA + 1, "4711", NULL, 0), ERR_UNAUTHENTICATED);
    end();
}

/* Wrong guesses until it locks; how long it waits then. */
static uint64_t lock(uint64_t staff)
{
    while (guess_at(staff, "0000", staff == MIRA ? "4711" : NULL, 1) == ERR_UNAUTHENTICATED) {
        continue;
    }
    return pin_book_wait(book, staff, now_ms);
}

TEST(pin_book, after_five_wrong_ones_it_waits_twice_as_long_each_time_up_to_an_hour)
{
    uint64_t expected_ms = LOCK_MS_FIRST;
    begin();
    for (int i = 0; i < 4; i++) {
        assert_int_equal(guess_mira("0000"), ERR_UNAUTHENTICATED);
    }
    assert_int_equal(pin_book_wait(book, MIRA, now_ms), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(guess_mira("0000"), ERR_UNAUTHENTICATED);
        assert_int_equal(guess_mira("4711"), ERR_LIMIT);
        assert_int_equal(wait_ms, expected_ms);
        now_ms += expected_ms - 1;
        assert_int_equal(guess_mira("4711"), ERR_LIMIT);
        now_ms++;
        expected_ms = expected_ms * 2 < LOCK_MS_MAX ? expected_ms * 2 : LOCK_MS_MAX;
    }
    assert_int_equal(guess_mira("4711"), 0);
    assert_int_equal(guess_mira("0000"), ERR_UNAUTHENTICATED); /* forgiven: five again */
    assert_int_equal(pin_book_wait(book, MIRA, now_ms), 0);
    end();
}

TEST(pin_book, a_number_that_nobody_has_waits_as_long)
{
    begin();
    assert_int_equal(lock(MIRA), lock(4000));
    assert_int_equal(guess_at(4000, "1234", NULL, 0), ERR_LIMIT);
    end();
}

TEST(pin_book, sixty_guesses_and_a_restart_later_it_is_still_locked)
{
    begin();
    for (int i = 0; i < 60; i++) {
        (void)!guess_mira("0000");
    }
    assert_int_equal(guess_mira("4711"), ERR_LIMIT);
    reopen();
    assert_true(pin_book_wait(book, MIRA, clock_mono_ms()) > 0);
    end();
}

TEST(pin_book, who_tries_many_numbers_finds_the_device_locked_for_a_while)
{
    begin();
    for (uint64_t staff = 100; staff < 100 + DEVICE_GUESSES_MAX; staff++) {
        assert_int_equal(guess_at(staff, "0000", NULL, 0), ERR_UNAUTHENTICATED);
    }
    assert_int_equal(guess_mira("4711"), ERR_LIMIT);
    assert_int_equal(wait_ms, DEVICE_GUESS_MS);
    now_ms += DEVICE_GUESS_MS;
    assert_int_equal(guess_mira("4711"), 0);
    end();
}

TEST(pin_book, a_file_that_is_none_of_ours_is_said_to_be)
{
    char path[128];
    begin();
    (void)snprintf(path, sizeof path, "%s/pins", folder);
    assert_int_equal(file_write(path, bytes_of_text("what"), 0600), 0);
    struct pin_book *other = NULL;
    assert_int_equal(pin_book_open(folder, &other), ERR_MALFORMED);
    end();
}

/* A wrong guess at @staff, some minutes later. */
static void guess_wrong(uint64_t staff)
{
    now_ms += DEVICE_GUESS_MS;
    assert_int_equal(guess_at(staff, "0000", NULL, 0), ERR_UNAUTHENTICATED);
}

TEST(pin_book, of_too_many_numbers_the_one_tried_longest_ago_is_forgotten)
{
    enum { ADA = 1000, BEN, CLEO };
    begin();
    hashing = HASHES_QUICKLY;
    for (int i = 0; i < LOCK_FREE; i++) {
        guess_wrong(ADA);
        guess_wrong(BEN);
        guess_wrong(CLEO);
    }
    for (uint64_t i = 0; i < GUESSES_MAX - 3; i++) {
        guess_wrong(2000 + i);
    }
    guess_wrong(ADA);
    guess_wrong(3000); /* in the place of Ben */
    guess_wrong(CLEO);
    assert_true(pin_book_wait(book, CLEO, now_ms) > 0);
    guess_wrong(BEN);
    assert_int_equal(pin_book_wait(book, BEN, now_ms), 0);
    end();
}

TEST(pin_book, of_more_people_than_there_can_be_the_first_s_pin_is_opened_again)
{
    begin();
    hashing = HASHES_QUICKLY;
    for (uint64_t i = 0; i < STAFF_MAX; i++) {
        assert_int_equal(guess_at(MIRA + i, "4711", "4711", 1), 0);
    }
    assert_int_equal(guess_without_blob("4711"), 0);
    assert_int_equal(guess_at(MIRA + STAFF_MAX, "4711", "4711", 1), 0);
    assert_int_equal(guess_without_blob("4711"), ERR_UNAUTHENTICATED);
    assert_int_equal(guess_mira("4711"), 0);
    end();
}

TEST(pin_book, without_memory_nobody_gets_in_and_the_guess_counts)
{
    begin();
    hashing = HASHES_NOT;
    assert_int_equal(guess_mira("4711"), ERR_NO_MEMORY);
    hashing = HASHES_QUICKLY;
    assert_int_equal(guess_mira("4711"), 0);
    hashing = HASHES_NOT;
    for (int i = 0; i < LOCK_FREE; i++) {
        assert_int_equal(guess_without_blob("4711"), ERR_NO_MEMORY);
    }
    assert_int_equal(guess_mira("4711"), ERR_LIMIT);
    end();
}

TEST(pin_book, a_guess_that_cannot_be_counted_is_not_looked_at)
{
    char path[128];
    begin();
    (void)snprintf(path, sizeof path, "%s/pins", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(guess_mira("4711"), ERR_NOT_FOUND);
    pin_book_close(book);
}

TEST(pin_book, a_folder_with_too_long_a_name_has_none)
{
    static char name[PATH_BYTES_MAX];
    struct pin_book *other = NULL;
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(pin_book_open(name, &other), ERR_TOO_LARGE);
}

TEST(pin_book, more_guesses_at_once_than_there_is_room_for_are_told_to_come_again)
{
    struct pin_desk *desk = NULL;
    struct pin_answer answer;
    struct pin_guess guess = {.pin = pin_of("4711")};
    uint64_t request = 0;
    unsigned answered = 0;
    begin();
    hashing = HASHES_QUICKLY;
    assert_int_equal(pin_desk_open(book, &desk), 0);
    assert_false(pin_desk_answered(desk, &answer));
    for (guess.staff = 1; guess.staff <= PIN_DESK_MAX; guess.staff++) {
        assert_int_equal(pin_desk_ask(desk, &guess, &request), 0);
    }
    assert_int_equal(pin_desk_ask(desk, &guess, &request), ERR_BUSY);
    while (answered < PIN_DESK_MAX) {
        answered += pin_desk_answered(desk, &answer);
    }
    assert_int_equal(answer.request, request);
    assert_int_equal(answer.err, ERR_UNAUTHENTICATED);
    assert_int_equal(pin_desk_ask(desk, &guess, &request), 0);
    pin_desk_close(desk);
    book = NULL;
    end();
}

/* --- on their way --- */

TEST(sealed_pin, each_device_opens_its_own_and_no_others)
{
    static uint8_t buffer[SEALED_PINS_BYTES_MAX];
    static struct gate_live live;
    struct transport_secret secrets[3];
    struct bytes sealed;
    struct pin opened;
    assert_int_equal(entropy_start(), 0);
    for (int i = 0; i < 3; i++) {
        entropy_transport_key(&secrets[i]);
    }
    live = (struct gate_live){.device = 1, .peers_count = 4};
    for (uint64_t i = 0; i < 4; i++) {
        live.peers[i] = (struct gate_peer){
            .device = i + 2, .role = ROLE_KITCHEN, .transport_key = transport_public(&secrets[1])};
    }
    live.peers[1].role = ROLE_GATEWAY;
    live.peers[2].is_revoked = true;
    live.peers[3].is_retired = true;
    const struct pin pin = pin_of("123456789012");
    const struct public_key own = transport_public(&secrets[0]);
    pin_seal(&pin, MIRA, &live, &own, buffer, &sealed);
    assert_int_equal(pin_unseal(sealed, MIRA, 1, &secrets[0], &opened), 0);
    assert_true(pin_equal(&opened, &pin));
    assert_int_equal(pin_unseal(sealed, MIRA, 2, &secrets[1], &opened), 0);
    assert_int_equal(pin_unseal(sealed, MIRA, 2, &secrets[2], &opened), ERR_MALFORMED);
    for (uint64_t device = 3; device < 6; device++) {
        assert_int_equal(pin_unseal(sealed, MIRA, device, &secrets[1], &opened), ERR_NOT_FOUND);
    }
    assert_int_equal(pin_unseal(sealed, MIRA + 1, 1, &secrets[0], &opened), ERR_MALFORMED);
    for (size_t cut = 0; cut < 1 + 8 + SEALED_PIN_BYTES; cut++) {
        assert_int_equal(pin_unseal(bytes_of(buffer, cut), MIRA, 1, &secrets[0], &opened),
                         ERR_NOT_FOUND);
    }
    buffer[0]++;
    assert_int_equal(pin_unseal(sealed, MIRA, 1, &secrets[0], &opened), ERR_NOT_FOUND);
}

/* Sealed for device 1 as pin_seal() does it, whatever @plain says. */
static int unseal_plain(const uint8_t plain[SEALED_PIN_PLAIN_BYTES])
{
    uint8_t sealed[1 + 8 + SEALED_PIN_BYTES] = {1};
    struct transport_secret secret;
    struct pin opened;
    entropy_transport_key(&secret);
    const struct public_key key = transport_public(&secret);
    put_be64(sealed + 1, 1);
    assert_int_equal(crypto_box_seal(sealed + 9, plain, SEALED_PIN_PLAIN_BYTES, key.bytes), 0);
    return pin_unseal(bytes_of(sealed, sizeof sealed), MIRA, 1, &secret, &opened);
}

TEST(sealed_pin, what_was_sealed_by_a_liar_is_no_pin)
{
    uint8_t plain[SEALED_PIN_PLAIN_BYTES] = {[7] = MIRA, [8] = 4, '4', '7', '1', '1'};
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(unseal_plain(plain), 0);
    plain[8] = PIN_DIGITS_MAX + 1;
    assert_int_equal(unseal_plain(plain), ERR_MALFORMED);
    plain[8] = 5; /* a zero byte for a digit */
    assert_int_equal(unseal_plain(plain), ERR_MALFORMED);
}

TEST(sealed_pin, a_pin_is_four_to_twelve_digits)
{
    struct pin pin;
    assert_int_equal(pin_of_text(bytes_of_text("123"), &pin), ERR_MALFORMED);
    assert_int_equal(pin_of_text(bytes_of_text("1234567890123"), &pin), ERR_MALFORMED);
    assert_int_equal(pin_of_text(bytes_of_text("12a4"), &pin), ERR_MALFORMED);
    assert_int_equal(pin_of_text(bytes_of_text("12 4"), &pin), ERR_MALFORMED);
    assert_int_equal(pin_of_text(bytes_of_text("0000"), &pin), 0);
}
