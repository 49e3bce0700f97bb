#include "node/os/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The address in NOTIFY_SOCKET: a path, or with '@' in front a name in the abstract space, which is
 * as long as it is and ends in no zero. */
static int address_find(struct sockaddr_un *ret_address, socklen_t *ret_size)
{
    const char *name = getenv("NOTIFY_SOCKET");
    if (name == NULL || name[0] == '\0') {
        return ERR_NOT_FOUND;
    }
    const size_t size = strlen(name);
    if (size >= sizeof ret_address->sun_path || (name[0] != '/' && name[0] != '@')) {
        return ERR_TOO_LARGE;
    }
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret_address->sun_path, name, size);
    if (name[0] == '@') {
        ret_address->sun_path[0] = '\0';
    }
    *ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    return 0;
}

int notify_send(const char *lines)
{
    struct sockaddr_un address;
    socklen_t size = 0;
    int err = address_find(&address, &size);
    if (err != 0) {
        return err;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return ERR_IO;
    }
    ssize_t sent = sendto(fd, lines, strlen(lines), MSG_NOSIGNAL | MSG_DONTWAIT,
                          (const struct sockaddr *)&address, size);
    (void)close(fd);
    return sent == (ssize_t)strlen(lines) ? 0 : ERR_IO;
}
