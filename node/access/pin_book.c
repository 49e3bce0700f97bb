#include "node/access/pin_book.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/base/check.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    BOOK_VERSION = 1,
    BOOK_MODE = 0600,
    PEPPER_BYTES = 32,
    SALT_BYTES = crypto_pwhash_SALTBYTES,
    BOOK_BYTES_MAX =
        64 + PEPPER_BYTES + STAFF_MAX * (16 + 2 * HASH_BYTES + SALT_BYTES) + GUESSES_MAX * 20,
    ARGON_PASSES = 3,
    ARGON_BYTES = 32 * 1024 * 1024,
};

struct known_pin {
    uint64_t staff; /* 0 = none */
    struct hash blob;
    uint8_t salt[SALT_BYTES];
    struct hash hash;
};

struct wrong_guesses {
    uint64_t staff; /* 0 = none */
    uint64_t count;
    uint64_t until_ms; /* locked, monotonic */
    uint64_t turn;     /* when it was tried last, counted */
};

struct pin_book {
    char path[PATH_BYTES_MAX];
    uint8_t pepper[PEPPER_BYTES];
    uint64_t turn;
    uint64_t device_count, device_ms; /* wrong guesses not forgiven, as of when */
    struct known_pin known[STAFF_MAX];
    struct wrong_guesses wrong[GUESSES_MAX];
};

/* --- the file --- */

static uint32_t count_known(const struct pin_book *book)
{
    uint32_t count = 0;
    for (size_t i = 0; i < STAFF_MAX; i++) {
        count += book->known[i].staff != 0;
    }
    return count;
}

static uint32_t count_wrong(const struct pin_book *book)
{
    uint32_t count = 0;
    for (size_t i = 0; i < GUESSES_MAX; i++) {
        count += book->wrong[i].staff != 0;
    }
    return count;
}

static void write_known(struct writer *writer, const struct known_pin *known)
{
    if (known->staff == 0) {
        return;
    }
    write_array(writer, 4);
    write_uint(writer, known->staff);
    write_bin(writer, known->blob.bytes, sizeof known->blob.bytes);
    write_bin(writer, known->salt, sizeof known->salt);
    write_bin(writer, known->hash.bytes, sizeof known->hash.bytes);
}

static void write_wrong(struct writer *writer, const struct wrong_guesses *wrong)
{
    if (wrong->staff == 0) {
        return;
    }
    write_array(writer, 2);
    write_uint(writer, wrong->staff);
    write_uint(writer, wrong->count);
}

static int book_save(const struct pin_book *book)
{
    uint8_t data[BOOK_BYTES_MAX];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 5);
    write_uint(&writer, BOOK_VERSION);
    write_bin(&writer, book->pepper, sizeof book->pepper);
    write_uint(&writer, book->device_count);
    write_array(&writer, count_known(book));
    for (size_t i = 0; i < STAFF_MAX; i++) {
        write_known(&writer, &book->known[i]);
    }
    write_array(&writer, count_wrong(book));
    for (size_t i = 0; i < GUESSES_MAX; i++) {
        write_wrong(&writer, &book->wrong[i]);
    }
    check(writer_finish(&writer, &bytes) == 0);
    const int err = file_write(book->path, bytes, BOOK_MODE);
    entropy_wipe(data, sizeof data);
    return err;
}

static uint64_t lock_ms(uint64_t count)
{
    uint64_t ms = count < LOCK_FREE ? 0 : LOCK_MS_FIRST;
    for (uint64_t i = LOCK_FREE; i < count && ms < LOCK_MS_MAX; i++) {
        ms *= 2;
    }
    return ms < LOCK_MS_MAX ? ms : LOCK_MS_MAX;
}

static void read_known(struct reader *reader, struct known_pin *known)
{
    (void)read_array(reader, 4, 4);
    known->staff = read_uint(reader, UINT64_MAX);
    read_fixed(reader, known->blob.bytes, sizeof known->blob.bytes);
    read_fixed(reader, known->salt, sizeof known->salt);
    read_fixed(reader, known->hash.bytes, sizeof known->hash.bytes);
}

static void read_wrong(struct reader *reader, uint64_t now_ms, struct wrong_guesses *wrong)
{
    (void)read_array(reader, 2, 2);
    wrong->staff = read_uint(reader, UINT64_MAX);
    wrong->count = read_uint(reader, UINT32_MAX);
    wrong->until_ms = now_ms + lock_ms(wrong->count);
}

static int book_read(struct pin_book *book, struct bytes bytes)
{
    struct reader reader;
    const uint64_t now_ms = clock_mono_ms();
    reader_init(&reader, bytes);
    (void)read_array(&reader, 5, 5);
    if (read_uint(&reader, BOOK_VERSION) != BOOK_VERSION) {
        reader_fail(&reader, ERR_VERSION);
    }
    read_fixed(&reader, book->pepper, sizeof book->pepper);
    book->device_count = read_uint(&reader, DEVICE_GUESSES_MAX);
    book->device_ms = now_ms;
    const uint32_t known = read_array(&reader, 0, STAFF_MAX);
    for (uint32_t i = 0; i < known; i++) {
        read_known(&reader, &book->known[i]);
    }
    const uint32_t wrong = read_array(&reader, 0, GUESSES_MAX);
    for (uint32_t i = 0; i < wrong; i++) {
        read_wrong(&reader, now_ms, &book->wrong[i]);
    }
    return reader_finish(&reader);
}

static int book_load(struct pin_book *book)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int err = file_read(book->path, BOOK_BYTES_MAX, &data, &size);
    if (err == ERR_NOT_FOUND) {
        entropy_bytes(book->pepper, sizeof book->pepper);
        return book_save(book);
    }
    if (err != 0) {
        return err;
    }
    err = book_read(book, bytes_of(data, size));
    entropy_wipe(data, size);
    free(data);
    return err;
}

int pin_book_open(const char *state, struct pin_book **ret_book)
{
    struct pin_book *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = path_join(book->path, state, "pins");
    if (err == 0) {
        err = book_load(book);
    }
    if (err != 0) {
        pin_book_close(book);
        return err;
    }
    *ret_book = book;
    return 0;
}

void pin_book_close(struct pin_book *book)
{
    if (book == NULL) {
        return;
    }
    entropy_wipe(book, sizeof *book);
    free(book);
}

/* --- how often --- */

static struct wrong_guesses *wrong_find(struct pin_book *book, uint64_t staff)
{
    for (size_t i = 0; i < GUESSES_MAX; i++) {
        if (book->wrong[i].staff == staff) {
            return &book->wrong[i];
        }
    }
    return NULL;
}

/* Where the wrong guesses of @staff are counted: a place that is free, or the one tried longest
 * ago. */
static struct wrong_guesses *wrong_place(struct pin_book *book, uint64_t staff)
{
    struct wrong_guesses *place = wrong_find(book, staff);
    if (place != NULL) {
        return place;
    }
    place = &book->wrong[0];
    for (size_t i = 1; i < GUESSES_MAX && place->staff != 0; i++) {
        if (book->wrong[i].staff == 0 || book->wrong[i].turn < place->turn) {
            place = &book->wrong[i];
        }
    }
    *place = (struct wrong_guesses){.staff = staff};
    return place;
}

static void forgive(struct pin_book *book, uint64_t now_ms)
{
    const uint64_t forgiven = (now_ms - book->device_ms) / DEVICE_GUESS_MS;
    if (book->device_count <= forgiven) {
        book->device_count = 0;
        book->device_ms = now_ms;
        return;
    }
    book->device_count -= forgiven;
    book->device_ms += forgiven * DEVICE_GUESS_MS;
}

uint64_t pin_book_wait(struct pin_book *book, uint64_t staff, uint64_t now_ms)
{
    const struct wrong_guesses *wrong = wrong_find(book, staff);
    forgive(book, now_ms);
    const uint64_t device_ms =
        book->device_count < DEVICE_GUESSES_MAX ? 0 : book->device_ms + DEVICE_GUESS_MS - now_ms;
    const uint64_t own_ms =
        wrong == NULL || wrong->until_ms <= now_ms ? 0 : wrong->until_ms - now_ms;
    return own_ms > device_ms ? own_ms : device_ms;
}

/* Before it is looked at it counts as wrong. */
static int count_guess(struct pin_book *book, uint64_t staff, uint64_t now_ms)
{
    struct wrong_guesses *wrong = wrong_place(book, staff);
    wrong->count += wrong->count < UINT32_MAX;
    wrong->until_ms = now_ms + lock_ms(wrong->count);
    wrong->turn = ++book->turn;
    book->device_count++;
    return book_save(book);
}

/* It was right: of this number nothing is held against anybody. */
static int forget_guesses(struct pin_book *book, uint64_t staff)
{
    *wrong_place(book, staff) = (struct wrong_guesses){.staff = 0};
    book->device_count -= book->device_count > 0;
    return book_save(book);
}

/* --- what a PIN is kept as --- */

static int hash_pin(const struct pin_book *book, uint64_t staff, const struct pin *pin,
                    const uint8_t salt[SALT_BYTES], struct hash *ret_hash)
{
    uint8_t message[8 + sizeof *pin];
    put_be64(message, staff);
    memcpy(message + 8, pin, sizeof *pin);
    struct hash peppered =
        keyed_hash(bytes_of(book->pepper, sizeof book->pepper), bytes_of(message, sizeof message));
    const int err = crypto_pwhash(ret_hash->bytes, sizeof ret_hash->bytes,
                                  (const char *)peppered.bytes, sizeof peppered.bytes, salt,
                                  ARGON_PASSES, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13);
    entropy_wipe(message, sizeof message);
    entropy_wipe(&peppered, sizeof peppered);
    return err == 0 ? 0 : ERR_NO_MEMORY;
}

static struct known_pin *known_find(struct pin_book *book, uint64_t staff)
{
    for (size_t i = 0; i < STAFF_MAX; i++) {
        if (book->known[i].staff == staff) {
            return &book->known[i];
        }
    }
    return NULL;
}

/* Where the PIN of @staff is kept: its place or a free one; of more people than there can be, the
 * first. */
static struct known_pin *known_place(struct pin_book *book, uint64_t staff)
{
    struct known_pin *place = known_find(book, staff);
    if (place == NULL) {
        place = known_find(book, 0);
    }
    return place == NULL ? &book->known[0] : place;
}

/* A PIN that was opened and not hashed yet: hash it, and compare what it is of. */
static int try_fresh(struct pin_book *book, const struct pin_guess *guess, bool *ret_is_right)
{
    struct known_pin known = {.staff = guess->staff, .blob = guess->blob};
    entropy_bytes(known.salt, sizeof known.salt);
    const int err = hash_pin(book, guess->staff, &guess->sealed, known.salt, &known.hash);
    if (err == 0) {
        *known_place(book, guess->staff) = known;
    }
    *ret_is_right = pin_equal(&guess->pin, &guess->sealed);
    return err;
}

/* Against what is kept; of nobody's, against nothing, as slowly. */
static int try_known(const struct pin_book *book, const struct pin_guess *guess,
                     const struct known_pin *known, bool *ret_is_right)
{
    static const struct known_pin nobody = {.staff = 0};
    struct hash hash;
    const struct known_pin *against = known == NULL ? &nobody : known;
    const int err = hash_pin(book, guess->staff, &guess->pin, against->salt, &hash);
    *ret_is_right = err == 0 && known != NULL &&
                    sodium_memcmp(hash.bytes, known->hash.bytes, sizeof hash.bytes) == 0;
    return err;
}

static int look(struct pin_book *book, const struct pin_guess *guess, bool *ret_is_right)
{
    const struct known_pin *known = known_find(book, guess->staff);
    const bool is_current =
        known != NULL && guess->has_pin && hash_equal(&known->blob, &guess->blob);
    if (guess->has_pin && guess->has_sealed && !is_current) {
        return try_fresh(book, guess, ret_is_right);
    }
    return try_known(book, guess, is_current ? known : NULL, ret_is_right);
}

int pin_book_try(struct pin_book *book, const struct pin_guess *guess, uint64_t now_ms,
                 uint64_t *ret_wait_ms)
{
    bool is_right = false;
    check(guess->staff != 0);
    *ret_wait_ms = pin_book_wait(book, guess->staff, now_ms);
    if (*ret_wait_ms > 0) {
        return ERR_LIMIT;
    }
    int err = count_guess(book, guess->staff, now_ms);
    if (err == 0) {
        err = look(book, guess, &is_right);
    }
    if (err != 0) {
        return err;
    }
    return is_right ? forget_guesses(book, guess->staff) : ERR_UNAUTHENTICATED;
}
