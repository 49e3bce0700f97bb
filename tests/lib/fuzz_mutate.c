#include "tests/lib/fuzz_mutate.h"

#include <stdbool.h>
#include <string.h>

#include "sync/base/writer.h"
#include "tests/lib/fuzz_events.h"
#include "tests/lib/prng.h"

#ifdef TRESTLE_FUZZ

enum { NODES_MAX = 512, SCRATCH_BYTES = 64 * 1024, DEPTH_MAX = 3, NO_PARENT = -1 };

/* One value of the input: its bytes, those of its content, and where it stands. */
struct node {
    size_t begin, content, end;
    int parent;
    bool is_array, is_bytes;
};

struct tree {
    uint32_t count;
    struct node nodes[NODES_MAX];
};

/* --- taking apart --- */

/* Size of the header at @data and, of an array, how many elements; 0 = not ours. */
static size_t header_size(const uint8_t *data, size_t size, struct node *node, size_t *ret_content)
{
    static const uint8_t numbers[] = {2, 3, 5, 9, 2, 3, 5, 9}; /* 0xcc..0xd3 */
    const uint8_t first = data[0];
    *ret_content = 0;
    if (first <= 0x7f || first >= 0xe0 || first == 0xc0 || first == 0xc2 || first == 0xc3) {
        return 1;
    }
    if (first >= 0xcc && first <= 0xd3) {
        return numbers[first - 0xcc];
    }
    if (first >= 0x90 && first <= 0x9f) {
        node->is_array = true;
        *ret_content = first & 0x0fU;
        return 1;
    }
    node->is_bytes = true;
    if (first >= 0xa0 && first <= 0xbf) {
        *ret_content = first & 0x1fU;
        return 1;
    }
    if ((first == 0xc4 || first == 0xd9) && size >= 2) {
        *ret_content = data[1];
        return 2;
    }
    if ((first == 0xc5 || first == 0xda || first == 0xdc) && size >= 3) {
        node->is_array = first == 0xdc;
        node->is_bytes = !node->is_array;
        *ret_content = (size_t)data[1] << 8 | data[2];
        return 3;
    }
    return 0;
}

/* Where the value at @at ends; 0 = it is none, or there are too many. */
static size_t tree_add(struct tree *tree, const uint8_t *data, size_t size, size_t at, int parent)
{
    size_t content;
    if (at >= size || tree->count == NODES_MAX) {
        return 0;
    }
    const int index = (int)tree->count++;
    struct node *node = &tree->nodes[index];
    *node = (struct node){.begin = at, .parent = parent};
    const size_t header = header_size(data + at, size - at, node, &content);
    if (header == 0 || header > size - at || (node->is_bytes && content > size - at - header)) {
        return 0;
    }
    node->content = at + header;
    node->end = node->content + (node->is_bytes ? content : 0);
    for (size_t i = 0; node->is_array && i < content; i++) {
        node->end = tree_add(tree, data, size, node->end, index);
        if (node->end == 0) {
            return 0;
        }
    }
    return node->end;
}

/* --- new values --- */

static const uint64_t edges[] = {0,          1,          2,          3,          4,
                                 5,          31,         32,         63,         64,
                                 127,        128,        255,        256,        999,
                                 1000,       10000,      65535,      65536,      99999999,
                                 INT32_MAX,  UINT32_MAX, 1ULL << 32, 1ULL << 40, (1ULL << 40) - 1,
                                 1ULL << 50, 1ULL << 53, INT64_MAX,  UINT64_MAX};

static void write_some_bytes(struct prng *prng, struct writer *writer)
{
    static const uint8_t sizes[] = {0, 1, 2, 8, 12, 16, 32, 64};
    static const char *const texts[] = {"", "a", "cash", "EUR", "\xc3\xa4", "\x1b", "re_1", "pi_1"};
    uint8_t bytes[64];
    memset(bytes, (int)prng_below(prng, 4), sizeof bytes);
    bytes[7] = (uint8_t)prng_below(prng, 4);
    if (prng_below(prng, 2) == 0) {
        write_bin(writer, bytes, sizes[prng_below(prng, sizeof sizes)]);
    } else {
        write_text(writer, bytes_of_text(texts[prng_below(prng, sizeof texts / sizeof texts[0])]));
    }
}

static void write_something(struct prng *prng, struct writer *writer)
{
    const uint64_t edge = edges[prng_below(prng, sizeof edges / sizeof edges[0])];
    switch (prng_below(prng, 8)) {
    case 0:
        write_nil(writer);
        break;
    case 1:
        write_bool(writer, prng_below(prng, 2) == 0);
        break;
    case 2:
        write_int(writer, edge > INT64_MAX ? INT64_MIN : -(int64_t)edge);
        break;
    case 3:
    case 4:
        write_some_bytes(prng, writer);
        break;
    case 5:
        write_array(writer, 0);
        break;
    default:
        write_uint(writer, edge);
        break;
    }
}

/* --- putting together --- */

/* Replace bytes [begin, end) by @with; 0 = no room. */
static size_t splice(uint8_t *data, size_t size, size_t max_size, size_t begin, size_t end,
                     struct bytes with)
{
    const size_t result = size - (end - begin) + with.size;
    if (result > max_size) {
        return 0;
    }
    memmove(data + begin + with.size, data + end, size - end);
    if (with.size > 0) {
        memcpy(data + begin, with.data, with.size);
    }
    return result;
}

static uint32_t array_count(const struct tree *tree, int array)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        count += tree->nodes[i].parent == array;
    }
    return count;
}

/* Replace node @index by @with, which is @count values instead of one. */
static size_t replace(const struct tree *tree, uint32_t index, uint8_t *data, size_t size,
                      size_t max_size, struct bytes with, uint32_t count)
{
    const struct node *node = &tree->nodes[index];
    size_t result = splice(data, size, max_size, node->begin, node->end, with);
    if (result == 0 || count == 1 || node->parent == NO_PARENT) {
        return result;
    }
    uint8_t header[8];
    struct writer writer;
    struct bytes written;
    const struct node *parent = &tree->nodes[node->parent];
    writer_init(&writer, header, sizeof header);
    write_array(&writer, array_count(tree, node->parent) - 1 + count);
    return writer_finish(&writer, &written) != 0
               ? 0
               : splice(data, result, max_size, parent->begin, parent->content, written);
}

static size_t mutate_tree(uint8_t *data, size_t size, size_t max_size, struct prng *prng,
                          unsigned depth);

/* The content of a text or bin: as a value when it is one, else as bytes. */
static size_t mutate_content(const struct tree *tree, uint32_t index, uint8_t *data, size_t size,
                             size_t max_size, struct prng *prng, unsigned depth)
{
    static uint8_t scratch[DEPTH_MAX][2][SCRATCH_BYTES];
    const struct node *node = &tree->nodes[index];
    const size_t content = node->end - node->content;
    uint8_t *inner = scratch[depth][0];
    struct writer writer;
    struct bytes written;
    if (content == 0 || content > SCRATCH_BYTES / 2) {
        return 0;
    }
    memcpy(inner, data + node->content, content);
    size_t changed = depth + 1 < DEPTH_MAX && inner[0] >> 4 == 9
                         ? mutate_tree(inner, content, SCRATCH_BYTES / 2, prng, depth + 1)
                         : 0;
    if (changed == 0) {
        changed = LLVMFuzzerMutate(inner, content, prng_below(prng, 2) ? content : 2 * content);
    }
    const bool is_bin = data[node->begin] == 0xc4 || data[node->begin] == 0xc5;
    writer_init(&writer, scratch[depth][1], SCRATCH_BYTES);
    if (is_bin) {
        write_bin(&writer, inner, changed);
    } else {
        write_text(&writer, bytes_of(inner, changed));
    }
    return writer_finish(&writer, &written) != 0
               ? 0
               : replace(tree, index, data, size, max_size, written, 1);
}

/* 0 = nothing came of it. */
static size_t mutate_tree(uint8_t *data, size_t size, size_t max_size, struct prng *prng,
                          unsigned depth)
{
    static struct tree trees[DEPTH_MAX];
    static uint8_t scratch[SCRATCH_BYTES];
    struct tree *tree = &trees[depth];
    struct writer writer;
    struct bytes written = {0};
    tree->count = 0;
    if (tree_add(tree, data, size, 0, NO_PARENT) == 0) {
        return 0;
    }
    const uint32_t index = (uint32_t)prng_below(prng, tree->count);
    const struct node *node = &tree->nodes[index];
    const struct node *other = &tree->nodes[prng_below(prng, tree->count)];
    writer_init(&writer, scratch, sizeof scratch);
    switch (prng_below(prng, 6)) {
    case 0:
        return replace(tree, index, data, size, max_size, written, 0);
    case 1: /* twice */
        write_raw(&writer, bytes_of(data + node->begin, node->end - node->begin));
        write_raw(&writer, bytes_of(data + node->begin, node->end - node->begin));
        return writer_finish(&writer, &written) != 0
                   ? 0
                   : replace(tree, index, data, size, max_size, written, 2);
    case 2: /* as another one */
        write_raw(&writer, bytes_of(data + other->begin, other->end - other->begin));
        return writer_finish(&writer, &written) != 0
                   ? 0
                   : replace(tree, index, data, size, max_size, written, 1);
    case 3:
    case 4:
        if (node->is_bytes) {
            return mutate_content(tree, index, data, size, max_size, prng, depth);
        }
        __attribute__((fallthrough));
    default:
        write_something(prng, &writer);
        return writer_finish(&writer, &written) != 0
                   ? 0
                   : replace(tree, index, data, size, max_size, written, 1);
    }
}

size_t fuzz_mutate_value(uint8_t *data, size_t size, size_t max_size, unsigned seed, size_t prefix)
{
    struct prng prng = {.state = seed};
    size_t changed = 0;
    if (size > prefix && prng_below(&prng, 4) != 0) {
        changed = mutate_tree(data + prefix, size - prefix, max_size - prefix, &prng, 0);
    }
    return changed > 0 ? prefix + changed : LLVMFuzzerMutate(data, size, max_size);
}

/* --- events --- */

enum { EVENTS_MAX = 64 };

/* Where the events begin, and after them the end; how many. */
static uint32_t events_find(const uint8_t *data, size_t size, size_t at,
                            size_t begins[EVENTS_MAX + 1])
{
    uint32_t count = 0;
    while (count < EVENTS_MAX && size - at >= FUZZ_EVENT_HEAD_BYTES &&
           size - at - FUZZ_EVENT_HEAD_BYTES >= data[at + 3]) {
        begins[count++] = at;
        at += FUZZ_EVENT_HEAD_BYTES + (size_t)data[at + 3];
    }
    begins[count] = at;
    return count;
}

static size_t mutate_body(uint8_t *data, size_t size, size_t max_size, size_t begin, size_t end,
                          struct prng *prng)
{
    uint8_t event[FUZZ_EVENT_HEAD_BYTES + UINT8_MAX];
    memcpy(event, data + begin, end - begin);
    const size_t body = end - begin - FUZZ_EVENT_HEAD_BYTES;
    const size_t changed =
        body == 0 ? 0 : mutate_tree(event + FUZZ_EVENT_HEAD_BYTES, body, UINT8_MAX, prng, 0);
    if (changed == 0) {
        event[prng_below(prng, 3)] = (uint8_t)prng_below(prng, 256);
        return splice(data, size, max_size, begin, end, bytes_of(event, end - begin));
    }
    event[3] = (uint8_t)changed;
    return splice(data, size, max_size, begin, end,
                  bytes_of(event, FUZZ_EVENT_HEAD_BYTES + changed));
}

size_t fuzz_mutate_events(uint8_t *data, size_t size, size_t max_size, unsigned seed, size_t prefix)
{
    size_t begins[EVENTS_MAX + 1];
    uint8_t event[FUZZ_EVENT_HEAD_BYTES + UINT8_MAX];
    struct prng prng = {.state = seed};
    size_t changed = 0;
    const uint32_t count = size > prefix ? events_find(data, size, prefix, begins) : 0;
    if (count > 0) {
        const uint32_t a = (uint32_t)prng_below(&prng, count);
        const uint32_t b = (uint32_t)prng_below(&prng, count + 1);
        const struct bytes copy = bytes_of(event, begins[a + 1] - begins[a]);
        memcpy(event, data + begins[a], copy.size);
        switch (prng_below(&prng, 8)) {
        case 0: /* an event goes */
            changed = splice(data, size, max_size, begins[a], begins[a + 1], bytes_of(NULL, 0));
            break;
        case 1: /* comes again elsewhere, of another log */
        case 2:
            event[0] = (uint8_t)prng_below(&prng, 256);
            changed = splice(data, size, max_size, begins[b], begins[b], copy);
            break;
        case 3:
            break;
        default:
            changed = mutate_body(data, size, max_size, begins[a], begins[a + 1], &prng);
            break;
        }
    }
    return changed > 0 ? changed : LLVMFuzzerMutate(data, size, max_size);
}

#endif
