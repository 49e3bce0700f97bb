#include "node/cli/order_id.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/cli/reply.h"

/* Those of order_id_of(), and one more. */
static const char *const lists[] = {"/api/orders", "/api/orders?settled=1", "/api/voided"};

/* Look in the list at @path for the order that people call @word. EXIT_DONE, or told. */
static int find_in(struct door *door, const char *path, const char *word, char *ret_id,
                   size_t capacity, bool *ret_is_found)
{
    const struct http_request request = {.method = "GET", .path = path};
    struct text body = {0};
    const int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    const struct reply_node *orders =
        reply == NULL ? NULL : reply_find(reply_root(reply), "orders");
    for (size_t i = 0; i < reply_count(orders) && !*ret_is_found; i++) {
        const struct reply_node *order = reply_at(orders, i);
        *ret_is_found = strcmp(reply_text(order, "number"), word) == 0;
        if (*ret_is_found) {
            (void)snprintf(ret_id, capacity, "%s", reply_text(order, "id"));
        }
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int find(struct door *door, const char *const *paths, size_t paths_count, const char *word,
                char *ret_id, size_t capacity)
{
    bool is_found = strlen(word) == (size_t)2 * ENTITY_ID_BYTES;
    int status = EXIT_DONE;
    (void)snprintf(ret_id, capacity, "%s", word);
    for (size_t i = 0; i < paths_count && !is_found && status == EXIT_DONE; i++) {
        status = find_in(door, paths[i], word, ret_id, capacity, &is_found);
    }
    if (status == EXIT_DONE && !is_found) {
        tell("there is no order %s today; trestle order list shows them", word);
        status = EXIT_FAILED;
    }
    return status;
}

int order_id_of(struct door *door, const char *word, char *ret_id, size_t capacity)
{
    return find(door, lists, 2, word, ret_id, capacity);
}

int order_id_of_any(struct door *door, const char *word, char *ret_id, size_t capacity)
{
    return find(door, lists, sizeof lists / sizeof *lists, word, ret_id, capacity);
}
