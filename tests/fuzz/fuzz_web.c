/* fuzz_web.c - the parts of an HTTP request that are judged before its body: method, path, Host,
 * Origin, Content-Length and subprotocols.
 *
 * Input: lines: those.
 */
#include <stdio.h>
#include <string.h>

#include "node/access/tickets.h"
#include "node/api/api.h"
#include "node/api/routes.h"
#include "node/web/files.h"
#include "node/web/guard.h"
#include "node/web/header.h"
#include "sync/base/check.h"

enum { LINES = 6, LINE_BYTES_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct guard guard = {
    .port = 7400, .origins_count = 1, .origins = {"http://localhost:5173"}};

/* The next line, terminated; what is left of @input. */
static struct bytes take_line(struct bytes input, char line[LINE_BYTES_MAX])
{
    const uint8_t *end = input.size > 0 ? memchr(input.data, '\n', input.size) : NULL;
    const size_t whole = end != NULL ? (size_t)(end - input.data) : input.size;
    const size_t size = whole < LINE_BYTES_MAX - 1 ? whole : LINE_BYTES_MAX - 1;
    if (size > 0) {
        memcpy(line, input.data, size);
    }
    line[size] = '\0';
    const size_t used = end != NULL ? whole + 1 : whole;
    return bytes_of(input.data + used, input.size - used);
}

/* Only names of this machine and the one further origin are let in. */
static void check_guard(const char *host, const char *origin)
{
    static const char *const hosts[] = {"localhost:7400", "127.0.0.1:7400", "[::1]:7400",
                                        "localhost:5173"};
    bool is_known = false;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        is_known |= strcmp(host, hosts[i]) == 0;
    }
    check(guard_host(&guard, host) == is_known);
    check(!guard_origin(&guard, origin) || strncmp(origin, "http://", 7) == 0);
    check(!guard_address_is_loopback(host) || strchr(host, '.') != NULL ||
          strchr(host, ':') != NULL || strcmp(host, "localhost") == 0);
}

static void check_route(const char *method, const char *path)
{
    const struct route *route = NULL;
    struct route_match match;
    if (route_find(method, path, &route, &match) == 0) {
        check(route != NULL && strcmp(route->method, method) == 0 && path[0] == '/');
    }
}

/* A length is what it is written as, but for zeros before it. */
static void check_length(const char *digits)
{
    char again[32];
    size_t size = 0;
    const int err = header_length(digits, API_BODY_BYTES_MAX, &size);
    check(size <= API_BODY_BYTES_MAX && (err == 0 || size == 0));
    if (err == 0) {
        const size_t zeros = strspn(digits, "0");
        (void)snprintf(again, sizeof again, "%zu", size);
        check(strcmp(digits + zeros, size > 0 ? again : "") == 0);
    }
}

static void check_ticket(const char *listed)
{
    char ticket[TICKET_TEXT_BYTES + 1] = "x";
    const int err = header_ticket(listed, ticket, sizeof ticket);
    check(err == 0 || strlen(listed) > TICKET_TEXT_BYTES);
    check(strpbrk(ticket, ", ") == NULL && (err != 0 || strstr(listed, ticket) != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct web_files *files;
    char lines[LINES][LINE_BYTES_MAX];
    struct bytes input = bytes_of(data, size);
    if (files == NULL) {
        check(web_files_load(TEST_SOURCE_DIR "/docs/examples", &files) == 0);
    }
    for (size_t i = 0; i < LINES; i++) {
        input = take_line(input, lines[i]);
    }
    const struct web_file *file = web_files_find(files, lines[1]);
    check(file == NULL || strstr(file->path, "..") == NULL);
    check_route(lines[0], lines[1]);
    check_guard(lines[2], lines[3]);
    check_length(lines[4]);
    check_ticket(lines[5]);
    return 0;
}
