/* cluster_inbox.c - what nodes are yet to be told, in order. */
#include "tests/lib/cluster_internal.h"

#include <stdlib.h>
#include <string.h>

void cluster_inbox_append(struct cluster_node *node, struct cluster_input *input)
{
    if (node->inbox_last == NULL) {
        node->inbox_first = input;
    } else {
        node->inbox_last->next = input;
    }
    node->inbox_last = input;
}

struct cluster_input *cluster_deliver(struct cluster *cluster, struct cluster_node *node,
                                      enum input_kind kind, uint32_t link, struct bytes frame)
{
    struct cluster_input *input = cluster_allocate(sizeof *input + frame.size);
    input->input = (struct input){.kind = kind, .link = link};
    input->size = frame.size;
    if (frame.size > 0) {
        memcpy(input->data, frame.data, frame.size);
    }
    input->input.message = bytes_of(input->data, frame.size);
    cluster_inbox_append(node, input);
    if (node->is_running && node->txn == NULL) {
        cluster_turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    }
    return input;
}

void cluster_command(struct cluster *cluster, uint32_t node, const struct command *command,
                     uint64_t request)
{
    struct cluster_input *input =
        cluster_deliver(cluster, &cluster->nodes[node], INPUT_COMMAND, 0, bytes_of(NULL, 0));
    input->input.command = command;
    input->input.request = request;
}

size_t cluster_inbox_take(struct cluster *cluster, struct cluster_node *node,
                          struct cluster_input ***last)
{
    struct cluster_input *input = node->inbox_first;
    if (input->input.kind == INPUT_LINK_UP) {
        cluster_net_told(cluster, node, input->input.link, input->serial);
    }
    node->inbox_first = input->next;
    if (node->inbox_first == NULL) {
        node->inbox_last = NULL;
    }
    input->next = NULL;
    **last = input;
    *last = &input->next;
    return input->size;
}

static bool is_of_link(const struct cluster_input *input, uint32_t link)
{
    return input->input.kind != INPUT_COMMAND && (link == LINKS_MAX || input->input.link == link);
}

void cluster_inbox_forget(struct cluster_node *node, uint32_t link)
{
    struct cluster_input *kept = node->inbox_first;
    node->inbox_first = node->inbox_last = NULL;
    while (kept != NULL) {
        struct cluster_input *next = kept->next;
        kept->next = NULL;
        if (is_of_link(kept, link)) {
            free(kept);
        } else {
            cluster_inbox_append(node, kept);
        }
        kept = next;
    }
}

void cluster_inputs_free(struct cluster_input **first)
{
    while (*first != NULL) {
        struct cluster_input *next = (*first)->next;
        free(*first);
        *first = next;
    }
}
