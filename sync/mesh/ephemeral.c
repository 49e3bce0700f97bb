#include "sync/mesh/ephemeral.h"

#include <string.h>

static struct bytes topic_of(const struct ephemeral_item *item)
{
    return bytes_of(item->topic, item->topic_size);
}

static struct bytes key_of(const struct ephemeral_item *item)
{
    return bytes_of(item->key, item->key_size);
}

/* The item that @message replaces, or a free one; NULL when there is no room. */
static struct ephemeral_item *item_find(struct ephemeral_table *table,
                                        const struct ephemeral_message *message)
{
    struct ephemeral_item *free_item = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < EPHEMERAL_ITEMS_MAX; i++) {
        struct ephemeral_item *item = &table->items[i];
        if (item->device == 0) {
            free_item = free_item != NULL ? free_item : item;
        } else if (item->device == message->device) {
            if (bytes_equal(topic_of(item), message->topic) &&
                bytes_equal(key_of(item), message->key)) {
                return item;
            }
            count++;
        }
    }
    return count < EPHEMERAL_PER_DEVICE_MAX ? free_item : NULL;
}

/* A copy that came over fewer links counts for more than its bytes: some readers believe a device
 * about itself alone, and it may be passed on where the longer way ended. */
static bool is_newer(const struct ephemeral_item *item, const struct ephemeral_message *message)
{
    return item->device == 0 || memcmp(item->boot, message->boot, BOOT_ID_BYTES) != 0 ||
           item->number < message->number ||
           (item->number == message->number && item->hops > message->hops);
}

static void copy(void *to, struct bytes bytes)
{
    if (bytes.size > 0) {
        memcpy(to, bytes.data, bytes.size);
    }
}

struct ephemeral_item *ephemeral_take(struct ephemeral_table *table,
                                      const struct ephemeral_message *message, uint64_t now_ms)
{
    struct ephemeral_item *item = item_find(table, message);
    if (item == NULL || !is_newer(item, message)) {
        return NULL;
    }
    memset(item->is_due, 0, sizeof item->is_due);
    item->until_ms = now_ms + (uint64_t)message->ttl_s * 1000;
    if (table->count == 0 || item->until_ms < table->deadline_ms) {
        table->deadline_ms = item->until_ms;
    }
    table->count += item->device == 0 ? 1 : 0;
    item->device = message->device;
    item->number = message->number;
    item->hops = message->hops;
    item->topic_size = (uint8_t)message->topic.size;
    item->key_size = (uint8_t)message->key.size;
    item->body_size = (uint16_t)message->body.size;
    memcpy(item->boot, message->boot, BOOT_ID_BYTES);
    copy(item->topic, message->topic);
    copy(item->key, message->key);
    copy(item->body, message->body);
    return item;
}

bool ephemeral_admit(struct ephemeral_table *table, uint32_t link, uint64_t now_ms)
{
    if (table->second[link] != now_ms / 1000) {
        table->second[link] = now_ms / 1000;
        table->taken[link] = 0;
    }
    return table->taken[link]++ < EPHEMERAL_RATE_MAX;
}

bool ephemeral_expire(struct ephemeral_table *table, uint64_t now_ms)
{
    const uint32_t before = table->count;
    if (table->count == 0 || now_ms < table->deadline_ms) {
        return false;
    }
    table->deadline_ms = UINT64_MAX;
    for (uint32_t i = 0; i < EPHEMERAL_ITEMS_MAX; i++) {
        struct ephemeral_item *item = &table->items[i];
        if (item->device == 0) {
            continue;
        }
        if (item->until_ms <= now_ms) {
            item->device = 0;
            table->count--;
        } else if (item->until_ms < table->deadline_ms) {
            table->deadline_ms = item->until_ms;
        }
    }
    return table->count != before;
}

bool ephemeral_told(const struct ephemeral_item *item, uint64_t now_ms,
                    struct ephemeral_message *ret_message)
{
    if (item->hops >= EPHEMERAL_HOPS_MAX || item->until_ms < now_ms + 1000) {
        return false;
    }
    *ret_message = (struct ephemeral_message){.device = item->device,
                                              .topic = topic_of(item),
                                              .key = key_of(item),
                                              .number = item->number,
                                              .ttl_s = (uint32_t)((item->until_ms - now_ms) / 1000),
                                              .hops = item->hops + 1,
                                              .body = bytes_of(item->body, item->body_size)};
    memcpy(ret_message->boot, item->boot, BOOT_ID_BYTES);
    return true;
}
