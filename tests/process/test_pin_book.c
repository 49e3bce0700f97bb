/* test_pin_book.c - what one device keeps of PINs: enough to know the right one, too little to find
 * it, and every wrong guess. Time is what the test says. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/access/pin_book.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "tests/lib/test.h"

enum { MIRA = 12 };

static char folder[64];
static struct pin_book *book;
static uint64_t now_ms, wait_ms;

static void reopen(void)
{
    pin_book_close(book);
    assert_int_equal(pin_book_open(folder, &book), 0);
}

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-pins-XXXXXX");
    assert_non_null(mkdtemp(folder));
    now_ms = 1000;
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
    if (right != NULL)
        guess.sealed = pin_of(right);
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
    while (guess_at(staff, "0000", staff == MIRA ? "4711" : NULL, 1) == ERR_UNAUTHENTICATED)
        continue;
    return pin_book_wait(book, staff, now_ms);
}

TEST(pin_book, after_five_wrong_ones_it_waits_twice_as_long_each_time_up_to_an_hour)
{
    uint64_t expected_ms = LOCK_MS_FIRST;
    begin();
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_mira("0000"), ERR_UNAUTHENTICATED);
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
    for (int i = 0; i < 60; i++)
        (void)!guess_mira("0000");
    assert_int_equal(guess_mira("4711"), ERR_LIMIT);
    reopen();
    assert_true(pin_book_wait(book, MIRA, clock_mono_ms()) > 0);
    end();
}

TEST(pin_book, who_tries_many_numbers_finds_the_device_locked_for_a_while)
{
    begin();
    for (uint64_t staff = 100; staff < 100 + DEVICE_GUESSES_MAX; staff++)
        assert_int_equal(guess_at(staff, "0000", NULL, 0), ERR_UNAUTHENTICATED);
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

/* ---- on their way ---- */

TEST(sealed_pin, each_device_opens_its_own_and_no_others)
{
    static uint8_t buffer[SEALED_PINS_BYTES_MAX];
    static struct gate_live live;
    struct transport_secret secrets[3];
    struct bytes sealed;
    struct pin opened;
    assert_int_equal(entropy_start(), 0);
    for (int i = 0; i < 3; i++)
        entropy_transport_key(&secrets[i]);
    live = (struct gate_live){.device = 1, .peers_count = 4};
    for (uint64_t i = 0; i < 4; i++)
        live.peers[i] = (struct gate_peer){
            .device = i + 2, .role = ROLE_KITCHEN, .transport_key = transport_public(&secrets[1])};
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
    for (uint64_t device = 3; device < 6; device++)
        assert_int_equal(pin_unseal(sealed, MIRA, device, &secrets[1], &opened), ERR_NOT_FOUND);
    assert_int_equal(pin_unseal(sealed, MIRA + 1, 1, &secrets[0], &opened), ERR_MALFORMED);
    for (size_t cut = 0; cut < 1 + 8 + SEALED_PIN_BYTES; cut++)
        assert_int_equal(pin_unseal(bytes_of(buffer, cut), MIRA, 1, &secrets[0], &opened),
                         ERR_NOT_FOUND);
    buffer[0]++;
    assert_int_equal(pin_unseal(sealed, MIRA, 1, &secrets[0], &opened), ERR_NOT_FOUND);
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
