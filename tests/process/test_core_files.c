/* The small files beside the store: what stands in their place, or says nonsense, is told as an
 * error of its own and breaks nothing. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/core/ballast.h"
#include "node/core/breadcrumb.h"
#include "node/core/control.h"
#include "node/core/fence.h"
#include "node/os/file.h"
#include "sync/replica.h"
#include "tests/process/lib/faults.h"

static char folder[64];

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-files-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void end(void)
{
    char remove_it[128];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

static void put(const char *name, const void *bytes, size_t size)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, folder, name), 0);
    assert_int_equal(file_write(path, bytes_of(bytes, size), 0600), 0);
}

static void put_folder(const char *name)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, folder, name), 0);
    assert_int_equal(mkdir(path, 0700), 0);
}

/* --- the folder --- */

/* What each of them says of the state folder @state. */
static void assert_refused(const char *state, int err, int control_err)
{
    struct breadcrumb breadcrumb;
    struct aside aside;
    struct fence fence = {.log = 1};
    struct control control;
    struct entity_id entity = {{1}};
    unsigned crashes = 0;
    assert_int_equal(ballast_make(state), err);
    assert_false(ballast_release(state));
    assert_int_equal(breadcrumb_open(&breadcrumb, state, &crashes, &entity), err);
    assert_null(breadcrumb.map);
    breadcrumb_close(&breadcrumb);
    aside = (struct aside){.count = 0};
    assert_int_equal(aside_add(state, &aside, &entity), err);
    assert_int_equal(fence_save(state, &fence), err);
    assert_int_equal(control_open(&control, state), control_err);
    control_close(&control, state);
    assert_false(control_is_running(state));
}

TEST(core_files, a_state_folder_with_too_long_a_name_is_refused)
{
    static char state[2 * PATH_BYTES_MAX];
    struct aside aside;
    struct fence fence;
    memset(state, 'x', sizeof state - 1);
    state[0] = '/';
    assert_refused(state, ERR_TOO_LARGE, ERR_NOT_FOUND);
    assert_int_equal(aside_load(state, &aside), ERR_TOO_LARGE);
    assert_int_equal(fence_load(state, &fence), ERR_TOO_LARGE);
}

TEST(core_files, a_folder_that_is_none_is_told_and_not_made)
{
    char state[128];
    struct breadcrumb breadcrumb;
    struct entity_id entity;
    unsigned crashes = 0;
    begin();
    put("state", "", 0);
    (void)snprintf(state, sizeof state, "%s/state", folder);
    assert_int_equal(breadcrumb_open(&breadcrumb, state, &crashes, &entity), ERR_IO);
    assert_true(fence_place(state) == fence_place(state));
    assert_true(fence_place("/nowhere/at/all") != fence_place(folder));
    assert_int_not_equal(ballast_make(state), 0);
    end();
}

/* --- what stands where they belong --- */

TEST(core_files, a_folder_where_a_file_belongs_is_told)
{
    struct breadcrumb breadcrumb;
    struct aside aside;
    struct fence fence;
    struct entity_id entity;
    struct control control;
    unsigned crashes = 0;
    begin();
    put_folder("breadcrumb");
    put_folder("aside");
    put_folder("fence");
    put_folder("ballast");
    put_folder("core.sock");
    assert_int_equal(breadcrumb_open(&breadcrumb, folder, &crashes, &entity), ERR_IO);
    assert_int_not_equal(aside_load(folder, &aside), 0);
    assert_int_not_equal(fence_load(folder, &fence), 0);
    assert_int_equal(ballast_make(folder), ERR_IO);
    assert_false(ballast_release(folder));
    assert_int_equal(control_open(&control, folder), ERR_IO);
    end();
}

TEST(core_files, a_list_of_what_is_not_folded_that_is_cut_short_is_told_and_an_older_one_is_empty)
{
    uint8_t bytes[4 + 2 * ENTITY_ID_BYTES] = {0};
    struct aside aside;
    begin();
    put("aside", bytes, 3);
    assert_int_equal(aside_load(folder, &aside), ERR_MALFORMED);
    put_be32(bytes, FOLD_VERSION);
    put("aside", bytes, sizeof bytes - 1);
    assert_int_equal(aside_load(folder, &aside), ERR_MALFORMED);
    put("aside", bytes, sizeof bytes);
    assert_int_equal(aside_load(folder, &aside), 0);
    assert_int_equal(aside.count, 2);
    put_be32(bytes, FOLD_VERSION + 1);
    put("aside", bytes, sizeof bytes);
    assert_int_equal(aside_load(folder, &aside), 0);
    assert_int_equal(aside.count, 0);
    end();
}

TEST(core_files, so_many_entities_are_set_aside_and_no_more)
{
    struct aside aside = {.count = 0}, found;
    struct entity_id entity = {{0}};
    begin();
    for (uint32_t i = 0; i < ASIDE_MAX; i++) {
        put_be32(entity.bytes, i);
        assert_int_equal(aside_add(folder, &aside, &entity), 0);
    }
    assert_int_equal(aside_add(folder, &aside, &entity), ERR_LIMIT);
    assert_int_equal(aside_load(folder, &found), 0);
    assert_int_equal(found.count, ASIDE_MAX);
    end();
}

/* The program dies while it folds @entity; how often in a row it did so by now. */
static unsigned die_of(uint8_t entity)
{
    struct breadcrumb breadcrumb;
    struct entity_id found = {{0}};
    unsigned crashes = 0;
    assert_int_equal(breadcrumb_open(&breadcrumb, folder, &crashes, &found), 0);
    breadcrumb.map[0] = KIND_ORDER;
    memset(breadcrumb.map + 1, entity, ENTITY_ID_BYTES);
    breadcrumb_close(&breadcrumb);
    return crashes;
}

TEST(core_files, deaths_in_a_row_are_counted_for_as_long_as_they_are_of_the_same)
{
    begin();
    assert_int_equal(die_of(1), 0);
    assert_int_equal(die_of(1), 1);
    assert_int_equal(die_of(2), 2); /* of the first for the second time */
    assert_int_equal(die_of(2), 1);
    for (unsigned i = 2; i < 300; i++) {
        assert_int_equal(die_of(2), i < UINT8_MAX ? i : UINT8_MAX); /* it counts no further */
    }
    end();
}

TEST(core_files, a_fence_that_says_too_much_or_nothing_is_none)
{
    static const char *const texts[] = {
        "",
        "trestle fence 1\njournal \nplace 2\nseq 3\nstopped\n",
        "trestle fence 1\njournal fffffffffffffffff\nplace 2\nseq 3\nstopped\n",
        "trestle fence 1\njournal 1\nplace x\nseq 3\nstopped\n",
        "trestle fence 1\njournal 1\nplace 2\nup to 3\nstopped\n",
        "trestle fence 1\njournal 1\nplace 2\nseq 3\n",
        "trestle fence 1\njournal 1\nplace 2\nseq 3\nstopped\n\n",
    };
    struct fence fence;
    begin();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put("fence", texts[i], strlen(texts[i]));
        assert_int_equal(fence_load(folder, &fence), ERR_MALFORMED);
    }
    end();
}

/* --- the control socket --- */

TEST(core_files, who_asks_nothing_keeps_nobody_out_for_ever_and_goes_with_the_node)
{
    struct control control, second;
    struct control_request request;
    int fds[1 + CONTROL_CLIENTS_MAX];
    int client = -1;
    begin();
    assert_int_equal(control_open(&control, folder), 0);
    assert_int_equal(control_open(&second, folder), ERR_EXISTS); /* which knocked once */
    assert_int_equal(control_fds(&control, fds), 1);
    for (uint32_t i = 0; i < 2 * CONTROL_CLIENTS_MAX; i++) {
        assert_true(control_is_running(folder)); /* it connects, and says nothing */
        assert_false(control_next(&control, &request, &client));
    }
    assert_true(control_fds(&control, fds) >= 1);
    control_close(&control, folder);
    control_close(&control, folder); /* it is */
    assert_int_equal(control_fds(&control, fds), 0);
    assert_false(control_next(&control, &request, &client));
    assert_false(control_is_running(folder));
    end();
}

/* A program that connects to the control socket and says nothing. */
static int silent(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/core.sock", folder);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

TEST(core_files, while_as_many_as_it_hears_at_once_are_silent_nobody_else_is_waited_for)
{
    struct control control;
    struct control_request request;
    int fds[1 + CONTROL_CLIENTS_MAX], silents[CONTROL_CLIENTS_MAX];
    int client = -1;
    char byte;
    begin();
    assert_int_equal(control_open(&control, folder), 0);
    for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        assert_int_equal(control_fds(&control, fds), i + 1);
        assert_int_equal(fds[i], control.listener);
        silents[i] = silent();
        assert_false(control_next(&control, &request, &client));
    }
    assert_int_equal(control_fds(&control, fds), CONTROL_CLIENTS_MAX);
    assert_int_not_equal(fds[CONTROL_CLIENTS_MAX - 1], control.listener);
    control_close(&control, folder);
    for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        assert_int_equal(recv(silents[i], &byte, 1, 0), 0); /* they are hung up on */
        (void)close(silents[i]);
    }
    end();
}

/* --- calls that fail --- */

TEST(core_files, a_ballast_for_which_there_is_no_room_is_not_left_half_made)
{
    struct stat about;
    char path[PATH_BYTES_MAX];
    begin();
    assert_int_equal(path_join(path, folder, "ballast"), 0);
    faults_begin("posix_fallocate", 1, ENOSPC);
    assert_int_equal(ballast_make(folder), ERR_FULL);
    faults_begin("posix_fallocate", 1, EIO);
    assert_int_equal(ballast_make(folder), ERR_IO);
    assert_int_not_equal(stat(path, &about), 0);
    faults_begin("statvfs", 1, EIO); /* who knows */
    assert_int_equal(ballast_make(folder), ERR_FULL);
    assert_true(faults_end());
    end();
}

TEST(core_files, a_breadcrumb_that_cannot_be_made_is_told_and_can_be_made_the_next_time)
{
    struct breadcrumb breadcrumb;
    struct entity_id entity;
    char path[PATH_BYTES_MAX];
    unsigned crashes = 0;
    bool has_failed = true;
    begin();
    assert_int_equal(path_join(path, folder, "breadcrumb"), 0);
    for (unsigned nth = 1; has_failed; nth++) {
        (void)unlink(path);
        faults_begin(NULL, nth, 0);
        const int err = breadcrumb_open(&breadcrumb, folder, &crashes, &entity);
        has_failed = faults_end();
        assert_int_equal(err != 0, has_failed);
        assert_int_equal(breadcrumb.map == NULL, has_failed);
        breadcrumb_close(&breadcrumb);
    }
    (void)unlink(path);
    faults_begin("pwrite", 1, ENOSPC);
    assert_int_equal(breadcrumb_open(&breadcrumb, folder, &crashes, &entity), ERR_FULL);
    assert_true(faults_end());
    end();
}

TEST(core_files, a_control_socket_that_cannot_be_made_is_told_and_can_be_made_the_next_time)
{
    struct control control;
    bool has_failed = true;
    begin();
    for (unsigned nth = 1; has_failed; nth++) {
        faults_begin(NULL, nth, 0);
        const int err = control_open(&control, folder);
        has_failed = faults_end();
        assert_true(err == 0 || has_failed);
        control_close(&control, folder);
        assert_false(control_is_running(folder));
    }
    end();
}
