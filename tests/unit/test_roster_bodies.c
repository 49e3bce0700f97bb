/* The bodies of what is stated about devices and logs: their bytes cut, changed, and with fields of
 * newer software. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

typedef int decode_any(const struct roster_scene *scene, struct bytes body);

static int decode_open(const struct roster_scene *scene, struct bytes body)
{
    struct log_open open;
    return log_open_verify(body, &scene->journal.popup, &scene->journal.root, &open);
}

static int decode_fork(const struct roster_scene *scene, struct bytes body)
{
    struct log_point point;
    return log_fork_verify(body, &scene->journal.popup, &point);
}

static int decode_cut(const struct roster_scene *scene, struct bytes body)
{
    struct log_cut cut;
    (void)scene;
    return log_cut_decode(body, &cut);
}

static int decode_caps(const struct roster_scene *scene, struct bytes body)
{
    struct device_caps caps;
    (void)scene;
    return device_caps_decode(body, &caps);
}

static int decode_saw(const struct roster_scene *scene, struct bytes body)
{
    struct roster_saw saw;
    (void)scene;
    return roster_saw_decode(body, &saw);
}

static int decode_chain(const struct roster_scene *scene, struct bytes body)
{
    struct bytes chain;
    (void)scene;
    return chain_body_decode(body, &chain);
}

/* One body of each kind; the number of kinds. */
static int sample_bodies(struct roster_scene *scene, uint8_t buffers[6][2048],
                         struct bytes bodies[6])
{
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct log_cut cut = scene_cut_at(scene, SCENE_COUNTER, 1);
    struct device_caps caps = {.device = 7, .capabilities = 1, .count = 2};
    struct roster_saw saw = {.count = 2};
    struct scene_fork forked;
    for (uint32_t i = 0; i < 2; i++) {
        caps.from[i] = saw.heads[i] = (struct log_point){i + 1, 300};
    }
    scene_fork_make(scene, &forked);
    const struct log_open open = {
        .log_key = counter->head.key, .incarnation = 1, .chain = counter->chain};
    int err = log_open_encode(&open, &scene->journal.popup, &counter->secret, buffers[0], 2048,
                              &bodies[0]);
    err |= log_fork_encode(&forked.fork, buffers[1], 2048, &bodies[1]);
    err |= log_cut_encode(&cut, buffers[2], 2048, &bodies[2]);
    err |= device_caps_encode(&caps, buffers[3], 2048, &bodies[3]);
    err |= roster_saw_encode(&saw, buffers[4], 2048, &bodies[4]);
    err |= chain_body_encode(counter->chain, buffers[5], 2048, &bodies[5]);
    assert_int_equal(err, 0);
    return 6;
}

static decode_any *const decoders[] = {decode_open, decode_fork, decode_cut,
                                       decode_caps, decode_saw,  decode_chain};

TEST(roster_bodies, bodies_cut_at_any_byte_are_refused)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    const int count = sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < count; i++) {
        assert_int_equal(decoders[i](scene, bodies[i]), 0);
        for (size_t size = 0; size < bodies[i].size; size++) {
            uint8_t *copy = malloc(size + 1);
            assert_non_null(copy);
            memcpy(copy, bodies[i].data, size);
            assert_int_not_equal(decoders[i](scene, bytes_of(copy, size)), 0);
            free(copy);
        }
    }
    roster_scene_free(scene);
}

TEST(roster_bodies, bodies_with_fields_of_a_newer_version_are_understood)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    const int count = sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < count; i++) {
        const size_t size = bodies[i].size;
        buffers[i][0]++; /* one more field */
        buffers[i][size] = 0xc0;
        assert_int_equal(decoders[i](scene, bytes_of(buffers[i], size + 1)), 0);
        buffers[i][0]++;
        buffers[i][size + 1] = 0x92;
        buffers[i][size + 2] = 1;
        buffers[i][size + 3] = 0xc3;
        assert_int_equal(decoders[i](scene, bytes_of(buffers[i], size + 4)), 0);
        assert_int_not_equal(decoders[i](scene, bytes_of(buffers[i], size + 2)), 0);
    }
    roster_scene_free(scene);
}

TEST(roster_bodies, bodies_that_prove_themselves_are_refused_with_any_bit_changed)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < 2; i++) {
        for (size_t bit = 0; bit < bodies[i].size * 8; bit++) {
            buffers[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(decoders[i](scene, bodies[i]), 0);
            buffers[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    roster_scene_free(scene);
}

TEST(roster_bodies, statements_come_back_as_they_were_made)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    struct log_cut cut;
    struct device_caps caps;
    struct roster_saw saw;
    struct log_open open;
    sample_bodies(scene, buffers, bodies);
    assert_int_equal(log_open_verify(bodies[0], &scene->journal.popup, &scene->journal.root, &open),
                     0);
    assert_false(open.has_previous);
    assert_int_equal(open.incarnation, 1);
    assert_true(bytes_equal(open.chain, scene->devices[SCENE_COUNTER].chain));
    assert_int_equal(log_cut_decode(bodies[2], &cut), 0);
    assert_true(cut.log == scene_log_of(scene, SCENE_COUNTER) && cut.seq == 1);
    assert_int_equal(device_caps_decode(bodies[3], &caps), 0);
    assert_true(caps.device == 7 && caps.count == 2 && caps.from[1].seq == 300);
    assert_int_equal(roster_saw_decode(bodies[4], &saw), 0);
    assert_true(saw.count == 2 && saw.heads[1].log == 2);
    roster_scene_free(scene);
}

TEST(roster_bodies, an_opened_log_names_the_one_that_it_continues)
{
    struct roster_scene *scene = roster_scene_new();
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct log_open open = {.log_key = counter->head.key,
                                  .incarnation = 2,
                                  .chain = counter->chain,
                                  .has_previous = true,
                                  .previous = log_head_operation(&counter->head)};
    uint8_t buffer[2048];
    struct bytes body;
    struct log_open read;
    assert_int_equal(log_open_encode(&open, &scene->journal.popup, &counter->secret, buffer,
                                     sizeof buffer, &body),
                     0);
    assert_int_equal(log_open_verify(body, &scene->journal.popup, &scene->journal.root, &read), 0);
    assert_true(read.has_previous && operation_equal(&read.previous, &open.previous));
    roster_scene_free(scene);
}
