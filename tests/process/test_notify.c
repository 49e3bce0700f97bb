#include "node/os/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/test.h"

/* A service manager's socket at @name, as NOTIFY_SOCKET has it. */
static int manager_open(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t size = strlen(name);
    memcpy(address.sun_path, name, size);
    if (name[0] == '@') {
        address.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
                     0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

static void check_heard(int fd, const char *expected)
{
    char heard[128] = "";
    const ssize_t size = recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(heard, expected);
}

TEST(notify, reaches_a_manager_at_a_path_and_in_the_abstract_space)
{
    char folder[] = "/tmp/trestle-notify-XXXXXX";
    char name[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(name, sizeof name, "%s/socket", folder);
    int fd = manager_open(name);
    assert_int_equal(notify_send("READY=1\nSTATUS=runs"), 0);
    check_heard(fd, "READY=1\nSTATUS=runs");
    (void)close(fd);
    (void)unlink(name);
    (void)rmdir(folder);
    (void)snprintf(name, sizeof name, "@trestle-test-%ld", (long)getpid());
    fd = manager_open(name);
    assert_int_equal(notify_send("WATCHDOG=1"), 0);
    check_heard(fd, "WATCHDOG=1");
    (void)close(fd);
    assert_int_equal(notify_send("WATCHDOG=1"), ERR_IO); /* it is gone */
}

TEST(notify, does_nothing_without_a_manager_and_refuses_a_name_that_is_none)
{
    char name[256];
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_int_equal(notify_send("READY=1"), ERR_NOT_FOUND);
    memset(name, 'x', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    assert_int_equal(notify_send("READY=1"), ERR_TOO_LARGE);
    assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
    assert_int_equal(notify_send("READY=1"), ERR_TOO_LARGE);
}
