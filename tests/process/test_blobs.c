/* Files by hash: whole or not there, and gone when they are to go. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "node/blob/blobs.h"
#include "node/blob/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/os/entropy.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { SIZE = 100000, PART = 40000 };

static char folder[64];
static struct blobs *blobs;
static uint8_t content[SIZE];

static bool keeps_nothing(void *context, const struct hash *hash)
{
    (void)context;
    (void)hash;
    return false;
}

static void start(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-blobs-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(blobs_open(folder, &blobs), 0);
    entropy_bytes(content, sizeof content);
}

static void stop(void)
{
    char command[128];
    assert_int_equal(blobs_sweep(blobs, keeps_nothing, NULL), 0);
    blobs_close(blobs);
    (void)snprintf(command, sizeof command, "find %s -depth -type d -empty -delete", folder);
    assert_int_equal(system(command), 0);
    assert_false(path_exists(folder));
}

static struct hash put(void)
{
    struct hash hash;
    assert_int_equal(blobs_put(blobs, bytes_of(content, sizeof content), &hash), 0);
    return hash;
}

TEST(blobs, what_was_put_is_read_until_it_is_erased)
{
    uint8_t *data = NULL;
    size_t size = 0;
    start();
    const struct hash hash = put();
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), 0);
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, content, SIZE);
    free(data);
    assert_int_equal(blobs_erase(blobs, &hash), 0);
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), ERR_NOT_FOUND);
    assert_int_equal(blobs_erase(blobs, &hash), 0);
    stop();
}

static void path_of_blob(const struct hash *hash, char ret_path[PATH_BYTES_MAX])
{
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash->bytes[i]);
    }
    (void)snprintf(ret_path, PATH_BYTES_MAX, "%s/blobs/%.2s/%s", folder, hex, hex);
}

TEST(blobs, a_damaged_file_is_not_given_out_and_goes)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    start();
    const struct hash hash = put();
    path_of_blob(&hash, path);
    assert_int_equal(truncate(path, SIZE - 1), 0);
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), ERR_MISMATCH);
    assert_false(blobs_has(blobs, &hash));
    stop();
}

TEST(blobs, a_damaged_file_is_whole_again_when_the_same_is_put_once_more)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    start();
    const struct hash hash = put();
    path_of_blob(&hash, path);
    assert_int_equal(truncate(path, SIZE - 1), 0);
    const struct hash again = put();
    assert_true(hash_equal(&again, &hash));
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), 0);
    free(data);
    stop();
}

TEST(blobs, a_file_that_has_grown_beyond_any_blob_goes)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    start();
    const struct hash hash = put();
    path_of_blob(&hash, path);
    assert_int_equal(truncate(path, BLOB_BYTES_MAX + 1), 0);
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), ERR_MISMATCH);
    assert_false(blobs_has(blobs, &hash));
    stop();
}

static bool take(uint32_t offset, const struct hash *hash, bool *ret_is_good)
{
    const uint32_t size = SIZE - offset < PART ? SIZE - offset : PART;
    const struct effect_blob_write part = {
        .hash = *hash, .offset = offset, .total = SIZE, .bytes = bytes_of(content + offset, size)};
    bool is_whole = false;
    blobs_take_part(blobs, &part, &is_whole, ret_is_good);
    return is_whole;
}

TEST(blobs, parts_in_order_make_the_whole)
{
    bool is_good = false;
    start();
    const struct hash hash = blob_hash(bytes_of(content, SIZE));
    assert_false(take(0, &hash, &is_good));
    assert_false(take(PART, &hash, &is_good));
    assert_true(take(2 * PART, &hash, &is_good));
    assert_true(is_good);
    assert_true(blobs_has(blobs, &hash));
    stop();
}

TEST(blobs, parts_with_a_hole_or_of_something_else_are_not_kept)
{
    bool is_good = true;
    start();
    const struct hash hash = blob_hash(bytes_of(content, SIZE));
    assert_false(take(0, &hash, &is_good));
    assert_true(take(2 * PART, &hash, &is_good));
    assert_false(is_good);
    struct hash other = hash;
    other.bytes[0] ^= 1;
    assert_false(take(0, &other, &is_good));
    assert_false(take(PART, &other, &is_good));
    assert_true(take(2 * PART, &other, &is_good));
    assert_false(is_good);
    assert_false(blobs_has(blobs, &hash));
    stop();
}

/* Longer than any may be, and with another hash than was said. */
TEST(blobs, parts_that_come_to_too_much_or_to_something_else_are_not_kept)
{
    static uint8_t more[BLOB_BYTES_MAX];
    bool is_whole = false, is_good = true;
    start();
    const struct hash hash = blob_hash(bytes_of(more, sizeof more));
    struct effect_blob_write part = {
        .hash = hash, .total = BLOB_BYTES_MAX + SIZE, .bytes = bytes_of(more, sizeof more)};
    blobs_take_part(blobs, &part, &is_whole, &is_good);
    assert_false(is_whole);
    part.offset = BLOB_BYTES_MAX;
    part.bytes = bytes_of(content, SIZE);
    blobs_take_part(blobs, &part, &is_whole, &is_good);
    assert_true(is_whole);
    assert_false(is_good);
    assert_true(take(SIZE - PART, &hash, &is_good)); /* of another */
    assert_false(is_good);
    part =
        (struct effect_blob_write){.hash = hash, .total = SIZE, .bytes = bytes_of(content, SIZE)};
    blobs_take_part(blobs, &part, &is_whole, &is_good);
    assert_true(is_whole);
    assert_false(is_good);
    assert_false(blobs_has(blobs, &hash));
    stop();
}

TEST(blobs, what_is_nothing_or_too_much_is_refused_and_what_is_there_stays)
{
    static uint8_t more[BLOB_BYTES_MAX + 1];
    struct hash hash;
    start();
    assert_int_equal(blobs_put(blobs, bytes_of(content, 0), &hash), ERR_MALFORMED);
    assert_int_equal(blobs_put(blobs, bytes_of(more, sizeof more), &hash), ERR_TOO_LARGE);
    const struct hash first = put();
    const struct hash again = put();
    assert_true(hash_equal(&first, &again));
    stop();
}

static bool keeps_one(void *context, const struct hash *hash)
{
    return hash_equal(context, hash);
}

static void make_file(const char *name)
{
    char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof path, "%s/blobs/%s", folder, name);
    assert_int_equal(file_write(path, bytes_of(content, 10), 0600), 0);
}

TEST(blobs, a_sweep_leaves_what_is_to_be_kept_and_nothing_else)
{
    char path[PATH_BYTES_MAX];
    start();
    struct hash kept = put();
    content[0] ^= 1;
    const struct hash gone = put();
    (void)snprintf(path, sizeof path, "%s/blobs/00", folder);
    assert_int_equal(folder_make(path), 0);
    make_file("00/short");
    make_file("00/z000000000000000000000000000000000000000000000000000000000000000");
    make_file("other"); /* not where blobs are: it is let be */
    assert_int_equal(blobs_sweep(blobs, keeps_one, &kept), 0);
    assert_true(blobs_has(blobs, &kept));
    assert_false(blobs_has(blobs, &gone));
    assert_int_equal(rmdir(path), 0); /* empty */
    (void)snprintf(path, sizeof path, "%s/blobs/other", folder);
    assert_int_equal(unlink(path), 0);
    stop();
}

TEST(blobs, what_cannot_be_removed_or_looked_through_is_told)
{
    char path[PATH_BYTES_MAX];
    char hex[2 * HASH_BYTES + 1];
    start();
    const struct hash hash = blob_hash(bytes_of(content, SIZE));
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
    }
    (void)snprintf(path, sizeof path, "%s/blobs/%.2s/%s", folder, hex, hex);
    assert_int_equal(folder_make(path), 0); /* a folder under the name of a blob */
    assert_int_equal(blobs_erase(blobs, &hash), ERR_IO);
    assert_int_equal(blobs_sweep(blobs, keeps_nothing, NULL), ERR_IO);
    assert_int_equal(rmdir(path), 0);
    (void)snprintf(path, sizeof path, "%s/blobs/%.2s", folder, hex);
    assert_int_equal(rmdir(path), 0);
    make_file("zz"); /* a file where a folder would be */
    assert_int_equal(blobs_sweep(blobs, keeps_nothing, NULL), ERR_IO);
    (void)snprintf(path, sizeof path, "%s/blobs/zz", folder);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/blobs", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(blobs_sweep(blobs, keeps_nothing, NULL), ERR_IO);
    assert_int_equal(folder_make(path), 0);
    stop();
}

/* The folder's own path still fits, those of its files do not. */
TEST(blobs, in_a_folder_too_deep_nothing_is_kept)
{
    enum { DEPTH = PATH_BYTES_MAX - 40 };
    char deep[PATH_BYTES_MAX];
    uint8_t *data;
    size_t size;
    start();
    blobs_close(blobs);
    size_t length = strlen(folder);
    memcpy(deep, folder, length);
    while (length < DEPTH) {
        deep[length] = length % 100 == 0 ? '/' : 'x';
        length++;
    }
    deep[strlen(folder)] = '/';
    deep[length] = '\0';
    assert_int_equal(blobs_open(deep, &blobs), 0);
    struct hash hash = blob_hash(bytes_of(content, SIZE));
    assert_int_equal(blobs_put(blobs, bytes_of(content, SIZE), &hash), ERR_TOO_LARGE);
    assert_int_equal(blobs_read(blobs, &hash, &data, &size), ERR_TOO_LARGE);
    assert_int_equal(blobs_erase(blobs, &hash), ERR_TOO_LARGE);
    assert_false(blobs_has(blobs, &hash));
    stop();
}

TEST(blobs, images_are_known_by_their_first_bytes)
{
    assert_string_equal(blob_image_type(bytes_of_text("\xff\xd8\xff\xe0")), "image/jpeg");
    assert_string_equal(blob_image_type(bytes_of_text("\x89PNG\r\n\x1a\n...")), "image/png");
    assert_string_equal(blob_image_type(bytes_of_text("RIFF....WEBPVP8 ")), "image/webp");
    assert_null(blob_image_type(bytes_of_text("<svg onload=alert(1)>")));
    assert_null(blob_image_type(bytes_of_text("")));
}

/* --- words --- */

static struct store_memory *store;

/* What words_read() says of a blob with @text behind a salt, in @state. */
static int read_as(const char *text, enum blob_state state, size_t bytes_max, struct words *words)
{
    uint8_t salted[2048] = {3};
    struct hash hash;
    const size_t size = strlen(text);
    memcpy(salted + BLOB_SALT_BYTES, text, size);
    assert_int_equal(blobs_put(blobs, bytes_of(salted, BLOB_SALT_BYTES + size), &hash), 0);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(blob_state_set(txn, &hash, state, 1), 0);
    const int err = words_read(blobs, txn, &hash, bytes_max, words);
    if (err != 0) {
        struct words shown;
        assert_int_equal(words_shown(blobs, txn, &hash, bytes_max, &shown).size, 0);
    }
    store_memory_abort(txn);
    return err;
}

TEST(words, are_read_without_their_salt)
{
    struct words words;
    start();
    store = store_memory_new();
    assert_int_equal(read_as("Zebedee", BLOB_HERE, NAME_BYTES_MAX, &words), 0);
    assert_int_equal(words.size, 7);
    assert_memory_equal(words.data, "Zebedee", 7);
    assert_int_equal(words_shown(NULL, NULL, NULL, NAME_BYTES_MAX, &words).size, 0);
    store_memory_free(store);
    stop();
}

TEST(words, of_a_review_are_read_up_to_its_longest)
{
    char text[REVIEW_BYTES_MAX + 2];
    struct words words;
    start();
    store = store_memory_new();
    memset(text, 'e', sizeof text);
    text[REVIEW_BYTES_MAX + 1] = '\0';
    assert_int_equal(read_as(text, BLOB_HERE, REVIEW_BYTES_MAX, &words), ERR_MALFORMED);
    text[REVIEW_BYTES_MAX] = '\0';
    assert_int_equal(read_as(text, BLOB_HERE, REVIEW_BYTES_MAX, &words), 0);
    assert_int_equal(words.size, REVIEW_BYTES_MAX);
    store_memory_free(store);
    stop();
}

TEST(words, that_are_on_their_way_or_erased_are_not_shown)
{
    struct words words;
    start();
    store = store_memory_new();
    assert_int_equal(read_as("Ada", BLOB_WANTED, NAME_BYTES_MAX, &words), ERR_NOT_FOUND);
    assert_int_equal(read_as("Ada", BLOB_ERASING, NAME_BYTES_MAX, &words), ERR_NOT_FOUND);
    assert_int_equal(read_as("Ada", BLOB_ERASED, NAME_BYTES_MAX, &words), ERR_NOT_FOUND);
    store_memory_free(store);
    stop();
}

TEST(words, that_no_screen_or_paper_can_show_are_not_shown)
{
    static const char *const texts[] = {"", "bell\a", "\xc0\xaf", "\xe2\x80\xae", "too long"};
    struct words words;
    start();
    store = store_memory_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_as(texts[i], BLOB_HERE, 7, &words), ERR_MALFORMED);
    }
    store_memory_free(store);
    stop();
}

TEST(words, whose_file_the_disk_spoilt_are_told_of)
{
    struct words words;
    struct hash hash;
    start();
    store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(blobs_put(blobs, bytes_of(content, 30), &hash), 0);
    assert_int_equal(blobs_erase(blobs, &hash), 0);
    assert_int_equal(blob_state_set(txn, &hash, BLOB_HERE, 30), 0);
    assert_int_equal(words_read(blobs, txn, &hash, NAME_BYTES_MAX, &words), ERR_UNAVAILABLE);
    store_memory_abort(txn);
    store_memory_free(store);
    stop();
}
