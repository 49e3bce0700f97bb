/* test_beside.c - what lies beside the store (node/core: ballast, breadcrumb, what is set aside,
 * the fence, the socket for commands), where the disk is full or refuses, names are too long, or
 * somebody wrote nonsense: each says so, and leaves nothing half made.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/core/ballast.h"
#include "node/core/breadcrumb.h"
#include "node/core/control.h"
#include "node/core/fence.h"
#include "node/os/file.h"
#include "sync/replica/replica.h"
#include "tests/lib/test.h"
#include "tests/process/lib/faults.h"

static char folder[32];
static char far_folder[PATH_BYTES_MAX]; /* nothing fits behind it */

static void open_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-beside-XXXXXX");
    assert_non_null(mkdtemp(folder));
    memset(far_folder, 'x', sizeof far_folder - 1);
}

static const char *path_of(const char *name)
{
    static char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static void close_folder(void)
{
    static const char *const names[] = {"ballast", "breadcrumb", "aside", "fence", "core.sock"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(path_of(names[i]));
    }
    assert_int_equal(rmdir(folder), 0);
}

/* --- ballast --- */

TEST(beside, where_there_is_no_room_for_ballast_none_is_left_half_made)
{
    static const struct {
        const char *call;
        int error, err;
    } rows[] = {
        {"statvfs", EACCES, ERR_FULL},
        {"posix_fallocate", ENOSPC, ERR_FULL},
        {"posix_fallocate", EFBIG, ERR_FULL},
        {"posix_fallocate", EIO, ERR_IO},
    };
    open_folder();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        faults_begin(rows[i].call, 1, rows[i].error);
        const int err = ballast_make(folder);
        assert_true(faults_end());
        assert_int_equal(err, rows[i].err);
        assert_false(is_there("ballast"));
    }
    assert_int_equal(ballast_make(folder), 0);
    close_folder();
}

TEST(beside, ballast_is_no_link_to_somewhere_else_and_no_folder)
{
    open_folder();
    assert_int_equal(symlink("/dev/null", path_of("ballast")), 0);
    assert_int_equal(ballast_make(folder), ERR_IO);
    assert_true(ballast_release(folder)); /* the link alone */
    assert_true(access("/dev/null", F_OK) == 0);
    assert_int_not_equal(ballast_make(far_folder), 0);
    assert_false(ballast_release(far_folder));
    close_folder();
}

/* --- the breadcrumb, and what is set aside --- */

static int crumb(unsigned *ret_crashes)
{
    struct breadcrumb breadcrumb;
    struct entity_id entity;
    const int err = breadcrumb_open(&breadcrumb, folder, ret_crashes, &entity);
    breadcrumb_close(&breadcrumb);
    return err;
}

TEST(beside, a_breadcrumb_that_cannot_be_kept_is_told_and_made_when_it_can)
{
    static const struct {
        const char *call;
        int error, err;
    } rows[] = {
        {"fstat", EIO, ERR_IO},     {"pwrite", ENOSPC, ERR_FULL}, {"pwrite", EIO, ERR_IO},
        {"ftruncate", EIO, ERR_IO}, {"fsync", EIO, ERR_IO},       {"mmap", ENOMEM, ERR_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned crashes = 7;
        open_folder();
        faults_begin(rows[i].call, 1, rows[i].error);
        const int err = crumb(&crashes);
        assert_true(faults_end());
        assert_int_equal(err, rows[i].err);
        assert_int_equal(crumb(&crashes), 0);
        assert_int_equal(crashes, 0);
        close_folder();
    }
}

TEST(beside, who_dies_of_the_same_again_and_again_is_counted_up_to_255)
{
    enum { DEATHS = 300 };
    unsigned crashes = 0;
    open_folder();
    assert_int_equal(crumb(&crashes), 0);
    for (unsigned died = 1; died <= DEATHS; died++) {
        struct breadcrumb breadcrumb;
        struct entity_id entity;
        assert_int_equal(breadcrumb_open(&breadcrumb, folder, &crashes, &entity), 0);
        breadcrumb.map->now[0] = KIND_ORDER;
        breadcrumb.map->now[1] = 9;
        breadcrumb_close(&breadcrumb);
    }
    assert_int_equal(crumb(&crashes), 0);
    assert_int_equal(crashes, UINT8_MAX);
    close_folder();
}

TEST(beside, a_list_of_what_is_set_aside_is_whole_or_none)
{
    uint8_t data[4 + 2 * ENTITY_ID_BYTES] = {0};
    struct aside aside;
    open_folder();
    put_be32(data, FOLD_VERSION);
    write_bytes("aside", data, 3);
    assert_int_equal(aside_load(folder, &aside), ERR_MALFORMED);
    write_bytes("aside", data, sizeof data - 1);
    assert_int_equal(aside_load(folder, &aside), ERR_MALFORMED);
    write_bytes("aside", data, sizeof data);
    assert_int_equal(aside_load(folder, &aside), 0);
    assert_int_equal(aside.count, 2);
    put_be32(data, FOLD_VERSION + 1); /* other software may fold them */
    write_bytes("aside", data, sizeof data);
    assert_int_equal(aside_load(folder, &aside), 0);
    assert_int_equal(aside.count, 0);
    assert_int_not_equal(aside_load(far_folder, &aside), 0);
    close_folder();
}

TEST(beside, so_much_is_set_aside_and_no_more)
{
    struct entity_id entity = {{1}};
    struct aside aside;
    open_folder();
    assert_int_equal(aside_load(folder, &aside), 0);
    for (uint8_t i = 0; i < ASIDE_MAX; i++) {
        entity.bytes[1] = i;
        assert_int_equal(aside_add(folder, &aside, &entity), 0);
    }
    assert_int_equal(aside_add(folder, &aside, &entity), ERR_LIMIT);
    assert_int_equal(aside_load(folder, &aside), 0);
    assert_int_equal(aside.count, ASIDE_MAX);
    assert_int_equal(aside.entities[ASIDE_MAX - 1].bytes[1], ASIDE_MAX - 1);
    aside.count = 0;
    assert_int_not_equal(aside_add(far_folder, &aside, &entity), 0);
    close_folder();
}

/* --- the fence --- */

TEST(beside, a_fence_says_all_of_it_or_is_none)
{
    static const char *const texts[] = {
        "",
        "trestle fence 2\njournal 01\nplace 02\nseq 3\nstopped\n",
        "trestle fence 1\njournal 01\nplace 02\nseq \nstopped\n",
        "trestle fence 1\njournal 01\nplace 02\nseq 99999999999999999999999\nstopped\n",
        "trestle fence 1\njournal 01\nplace zz\nseq 3\nstopped\n",
        "trestle fence 1\njournal 01\nplace 02\nseq 3\nsto",
        "trestle fence 1\njournal 01\nplace 02\nseq 3\n",
    };
    static const char good[] = "trestle fence 1\njournal 01\nplace 02\nseq 3\nleased\n";
    struct fence fence = {.seq = 77};
    open_folder();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_bytes("fence", texts[i], strlen(texts[i]));
        assert_int_equal(fence_load(folder, &fence), ERR_MALFORMED);
        assert_int_equal(fence.seq, 77);
    }
    write_bytes("fence", good, strlen(good));
    assert_int_equal(fence_load(folder, &fence), 0);
    assert_true(fence.log == 1 && fence.place == 2 && fence.seq == 3 && !fence.is_stopped);
    assert_int_not_equal(fence_load(far_folder, &fence), 0);
    assert_int_not_equal(fence_save(far_folder, &fence), 0);
    close_folder();
}

/* A copied disk on another machine, and a folder that is not there, are other places. */
TEST(beside, a_place_is_the_machine_and_the_folder)
{
    open_folder();
    assert_int_equal(setenv("TRESTLE_MACHINE_ID", "one", 1), 0);
    const uint64_t one = fence_place(folder);
    assert_int_equal(setenv("TRESTLE_MACHINE_ID", "two", 1), 0);
    const uint64_t two = fence_place(folder);
    const uint64_t nowhere = fence_place("/nowhere/at/all");
    assert_int_equal(unsetenv("TRESTLE_MACHINE_ID"), 0);
    const uint64_t as_it_is = fence_place(folder);
    assert_true(one != two && two != nowhere && as_it_is != one && as_it_is != two);
    close_folder();
}

/* --- the socket for commands --- */

static int ask(char *text, size_t capacity)
{
    const struct control_request request = {.count = 1, .words = {"status"}};
    return control_ask(folder, &request, 10, text, capacity);
}

TEST(beside, a_socket_that_cannot_be_opened_is_told_and_no_descriptor_is_lost)
{
    static const char *const calls[] = {"socket", "bind", "listen"};
    struct control control;
    open_folder();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        /* Before it listens it asks whether somebody does: that takes a socket, too. */
        faults_begin(calls[i], strcmp(calls[i], "socket") == 0 ? 2 : 1, EMFILE);
        const int err = control_open(&control, folder);
        assert_true(faults_end());
        assert_int_equal(err, ERR_IO);
        assert_int_equal(control.listener, -1);
        control_close(&control, folder); /* does nothing */
    }
    assert_int_equal(control_open(&control, folder), 0);
    assert_int_equal(control_open(&(struct control){0}, folder), ERR_EXISTS);
    control_close(&control, folder);
    assert_false(is_there("core.sock"));
    assert_int_equal(control_open(&control, "/nowhere/at/all"), ERR_NOT_FOUND);
    close_folder();
}

TEST(beside, who_asks_a_node_that_is_not_there_or_does_not_answer_is_told)
{
    char text[64];
    struct control control;
    open_folder();
    assert_int_equal(ask(text, sizeof text), ERR_NOT_FOUND);
    faults_begin("socket", 1, EMFILE);
    assert_int_equal(ask(text, sizeof text), ERR_IO);
    assert_true(faults_end());
    assert_int_equal(control_open(&control, folder), 0);
    faults_begin("connect", 1, EACCES);
    assert_int_equal(ask(text, sizeof text), ERR_FORBIDDEN);
    assert_true(faults_end());
    assert_int_equal(ask(text, sizeof text), ERR_BUSY); /* it listens, and says nothing */
    control_close(&control, folder);
    close_folder();
}

/* Who asked and has no answer yet is hung up on when the node ends; and there is room for so many,
 * whoever comes later waits outside. */
TEST(beside, as_many_ask_at_once_as_there_is_room_for)
{
    char text[64];
    int fds[1 + CONTROL_CLIENTS_MAX];
    struct control control;
    struct control_request request;
    int client = -1;
    open_folder();
    assert_int_equal(control_open(&control, folder), 0);
    assert_int_equal(control_fds(&control, fds), 1);
    for (unsigned i = 0; i <= CONTROL_CLIENTS_MAX; i++) {
        assert_int_equal(ask(text, sizeof text), ERR_BUSY); /* it has gone again */
    }
    unsigned asked = 0;
    while (control_next(&control, &request, &client)) {
        assert_string_equal(request.words[0], "status");
        control_answer(client, 0, "late");
        asked++;
    }
    assert_true(asked >= CONTROL_CLIENTS_MAX);
    control_close(&control, folder);
    assert_int_equal(control_fds(&control, fds), 0);
    close_folder();
}
