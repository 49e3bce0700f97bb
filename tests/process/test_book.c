/* The address book: who was found where, and who introduced whom, from one start to the next. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "node/config/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/file.h"
#include "tests/lib/test.h"

static char folder[64];
static struct book book;

static void start(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-book-XXXXXX");
    assert_non_null(mkdtemp(folder));
    memset(&book, 0, sizeof book);
}

static void stop(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static int put(uint64_t device, const char *endpoint, const char *chain)
{
    struct book_entry entry = {.device = device, .chain_size = strlen(chain)};
    (void)snprintf(entry.endpoint, sizeof entry.endpoint, "%s", endpoint);
    memcpy(entry.chain, chain, entry.chain_size);
    return book_put(&book, &entry);
}

static void assert_entry(uint32_t at, uint64_t device, const char *endpoint, const char *chain)
{
    assert_true(at < book.count);
    assert_true(book.entries[at].device == device);
    assert_string_equal(book.entries[at].endpoint, endpoint);
    assert_true(bytes_equal(bytes_of(book.entries[at].chain, book.entries[at].chain_size),
                            bytes_of_text(chain)));
}

TEST(book, what_is_known_of_a_device_is_added_to_and_comes_back)
{
    start();
    assert_int_equal(book_load(folder, &book), 0);
    assert_int_equal(book.count, 0); /* there was none */
    assert_int_equal(put(1, "tcp://10.0.0.1:7000", ""), 0);
    assert_int_equal(put(2, "", "chain"), 0);
    assert_int_equal(put(1, "", "other"), 0); /* where it is stays */
    assert_int_equal(put(2, "tcp://10.0.0.2:7000", ""), 0);
    assert_int_equal(book_save(folder, &book), 0);
    memset(&book, 0x5a, sizeof book);
    assert_int_equal(book_load(folder, &book), 0);
    assert_int_equal(book.count, 2);
    assert_entry(0, 1, "tcp://10.0.0.1:7000", "other");
    assert_entry(1, 2, "tcp://10.0.0.2:7000", "chain");
    stop();
}

TEST(book, it_holds_as_many_as_a_popup_has_and_no_more)
{
    start();
    for (uint64_t device = 1; device <= DEVICES_MAX; device++) {
        assert_int_equal(put(device, "tcp://10.0.0.1:7000", ""), 0);
    }
    assert_int_equal(put(DEVICES_MAX + 1, "tcp://10.0.0.1:7000", ""), ERR_TOO_MANY);
    assert_int_equal(put(1, "tcp://10.0.0.9:7000", ""), 0);
    assert_int_equal(book_save(folder, &book), 0);
    assert_int_equal(book_load(folder, &book), 0);
    assert_int_equal(book.count, DEVICES_MAX);
    assert_entry(0, 1, "tcp://10.0.0.9:7000", "");
    stop();
}

TEST(book, what_somebody_edited_is_refused_and_nothing_of_it_is_taken)
{
    static const char *const contents[] = {"", "junk", "\x92\x02\x90", "\x92\x01\x91\x90"};
    char path[PATH_BYTES_MAX];
    start();
    assert_int_equal(path_join(path, folder, "peers"), 0);
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        assert_int_equal(file_write(path, bytes_of_text(contents[i]), 0600), 0);
        assert_int_equal(book_load(folder, &book), ERR_MALFORMED);
        assert_int_equal(book.count, 0);
    }
    stop();
}

TEST(book, in_a_folder_too_deep_there_is_none)
{
    static char deep[PATH_BYTES_MAX];
    memset(deep, 'x', sizeof deep - 1);
    assert_int_equal(book_save(deep, &book), ERR_TOO_LARGE);
    assert_int_equal(book_load(deep, &book), ERR_TOO_LARGE);
}
