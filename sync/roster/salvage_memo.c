#include "sync/roster/salvage_memo.h"

#include <stdlib.h>
#include <string.h>

struct salvage_memo *salvage_memo_new(void)
{
    struct salvage_memo *memo = calloc(1, sizeof *memo);
    if (memo != NULL) {
        memo->age = 1;
    }
    return memo;
}

/* When the ages have all been used, what is of an old one must not look new. */
void salvage_memo_reset(struct salvage_memo *memo)
{
    if (memo->age == UINT32_MAX) {
        memset(memo, 0, sizeof *memo);
    }
    memo->age++;
    memo->count = 0;
}

/* The node of @id, or the free slot where it would be. */
static struct memo_node *slot_of(struct salvage_memo *memo, const struct operation *id)
{
    uint64_t hash;
    memcpy(&hash, id->hash, sizeof hash); /* of bytes that are a hash already */
    for (uint64_t at = hash ^ id->log ^ id->seq;; at++) {
        struct memo_node *node = &memo->nodes[at % MEMO_SLOTS];
        if (node->age != memo->age || operation_equal(&node->id, id)) {
            return node;
        }
    }
}

struct memo_node *salvage_memo_find(struct salvage_memo *memo, const struct operation *id)
{
    if (memo == NULL) {
        return NULL;
    }
    struct memo_node *node = slot_of(memo, id);
    return node->age == memo->age ? node : NULL;
}

void salvage_memo_add(struct salvage_memo *memo, const struct operation *id,
                      const struct salvaged_row *run)
{
    if (memo->count == MEMO_NODES_MAX) {
        salvage_memo_reset(memo);
    }
    struct memo_node *node = slot_of(memo, id);
    *node = (struct memo_node){.age = memo->age, .id = *id, .is_carried = run != NULL};
    if (run != NULL) {
        node->run = *run;
    }
    memo->count++;
}
