#include "node/core/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/os/file.h"
#include "sync/base/check.h"

static const char socket_name[] = "core.sock";

/* The folder is opened and the socket named through it: a path in sockaddr_un ends at 107 bytes. */
static int address_of(const char *state, struct sockaddr_un *address, int *ret_folder)
{
    int folder = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return errno == EACCES ? ERR_FORBIDDEN : ERR_NOT_FOUND;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", folder,
                   socket_name);
    *ret_folder = folder;
    return 0;
}

static int socket_new(bool is_blocking)
{
    int type = SOCK_SEQPACKET | SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK);
    return socket(AF_UNIX, type, 0);
}

static int control_connect(const char *state, int *ret_fd)
{
    struct sockaddr_un address;
    int folder = -1;
    int err = address_of(state, &address, &folder);
    if (err != 0) {
        return err;
    }
    int fd = socket_new(true);
    err = fd < 0 ? ERR_IO : 0;
    if (err == 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        err = errno == EACCES ? ERR_FORBIDDEN : ERR_NOT_FOUND;
    }
    (void)close(folder);
    if (err != 0 && fd >= 0) {
        (void)close(fd);
    }
    if (err == 0) {
        *ret_fd = fd;
    }
    return err;
}

bool control_is_running(const char *state)
{
    int fd = -1;
    if (control_connect(state, &fd) != 0) {
        return false;
    }
    (void)close(fd);
    return true;
}

/* --- the node's end --- */

int control_open(struct control *control, const char *state)
{
    struct sockaddr_un address;
    int folder = -1;
    control->listener = -1;
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        control->clients[i] = -1;
    }
    if (control_is_running(state)) {
        return ERR_EXISTS;
    }
    int err = address_of(state, &address, &folder);
    if (err != 0) {
        return err;
    }
    (void)unlinkat(folder, socket_name, 0); /* of a node that died */
    int fd = socket_new(false);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        fchmodat(folder, socket_name, 0600, 0) != 0 || listen(fd, CONTROL_CLIENTS_MAX) != 0) {
        err = ERR_IO;
    }
    (void)close(folder);
    if (err != 0 && fd >= 0) {
        (void)close(fd);
    }
    if (err == 0) {
        control->listener = fd;
    }
    return err;
}

void control_close(struct control *control, const char *state)
{
    char path[PATH_BYTES_MAX];
    if (control->listener < 0) {
        return;
    }
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        if (control->clients[i] >= 0) {
            (void)close(control->clients[i]);
        }
        control->clients[i] = -1;
    }
    (void)close(control->listener);
    control->listener = -1;
    if (path_join(path, state, socket_name) == 0) {
        (void)unlink(path);
    }
}

size_t control_fds(const struct control *control, int *ret_fds)
{
    size_t count = 0;
    bool has_room = false;
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        if (control->clients[i] >= 0) {
            ret_fds[count++] = control->clients[i];
        } else {
            has_room = true;
        }
    }
    if (control->listener >= 0 && has_room) {
        ret_fds[count++] = control->listener;
    }
    return count;
}

static void clients_accept(struct control *control)
{
    for (size_t i = 0; control->listener >= 0 && i < CONTROL_CLIENTS_MAX; i++) {
        if (control->clients[i] >= 0) {
            continue;
        }
        int fd = accept(control->listener, NULL, NULL);
        if (fd < 0) {
            return;
        }
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
        control->clients[i] = fd;
    }
}

bool control_next(struct control *control, struct control_request *ret_request, int *ret_client)
{
    clients_accept(control);
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        uint8_t packet[CONTROL_PACKET_BYTES_MAX];
        int fd = control->clients[i];
        if (fd < 0) {
            continue;
        }
        ssize_t size = recv(fd, packet, sizeof packet, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        control->clients[i] = -1;
        if (size > 0 && control_request_read(bytes_of(packet, (size_t)size), ret_request) == 0) {
            *ret_client = fd;
            return true;
        }
        (void)close(fd);
    }
    return false;
}

void control_answer(int client, int err, const char *text)
{
    uint8_t packet[CONTROL_PACKET_BYTES_MAX];
    struct bytes bytes;
    check(control_answer_write(err, text, packet, &bytes) == 0);
    (void)!send(client, bytes.data, bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)close(client);
}

/* --- the command's end --- */

int control_ask(const char *state, const struct control_request *request, unsigned timeout_ms,
                char *ret_text, size_t capacity)
{
    uint8_t packet[CONTROL_PACKET_BYTES_MAX];
    struct bytes bytes;
    int fd = -1;
    ret_text[0] = '\0';
    int err = control_request_write(request, packet, &bytes);
    if (err == 0) {
        err = control_connect(state, &fd);
    }
    if (err != 0) {
        return err;
    }
    ssize_t size = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    if (size != (ssize_t)bytes.size) {
        err = ERR_IO;
    } else if (poll(&waiting, 1, (int)timeout_ms) != 1) {
        err = ERR_BUSY;
    }
    size = err == 0 ? recv(fd, packet, sizeof packet, 0) : 0;
    if (err == 0) {
        err = size <= 0 ? ERR_IO
                        : control_answer_read(bytes_of(packet, (size_t)size), ret_text, capacity);
    }
    (void)close(fd);
    return err;
}
