/* test_thread.c - the settler on its own thread: it starts, hears, answers and ends. */
#include "tests/lib/test.h"

#include <sched.h>

#include "tests/process/lib/scarce.h"
#include "tests/settler/scene.h"

static _Atomic uint32_t answered;

static void on_answered(void *context)
{
    (void)context;
    atomic_fetch_add(&answered, 1);
}

static struct settler_config config_of(void)
{
    return (struct settler_config){.gate = &scene->host.gate,
                                   .folder = "nowhere",
                                   .popup = scene->host.journal.popup,
                                   .credentials = &scene->credentials,
                                   .terms = &scene->terms,
                                   .answered = on_answered};
}

/* The scene's own settler stands still meanwhile; both have one store. */
TEST(settler_thread, answers_who_asks_and_ends_when_it_is_told_to)
{
    static const char event[] = "{\"id\":\"evt_1\",\"object\":\"event\"}";
    const uint64_t times_ms[] = {20000, UINT64_MAX / 4}; /* it is time always, or never */
    struct scene *it = scene_new();
    for (size_t i = 0; i < sizeof times_ms / sizeof *times_ms; i++) {
        struct settler *settler = NULL;
        struct annex_answer answer;
        uint64_t request = 0;
        scene_begin(NULL);
        it->now_ms = times_ms[i];
        const struct settler_config config = config_of();
        atomic_store(&answered, 0);
        assert_int_equal(settler_start(&config, &settler), 0);
        settler_changed(settler);
        assert_int_equal(
            settler_receive(settler, bytes_of_text("evt_1"), bytes_of_text(event), &request), 0);
        while (atomic_load(&answered) == 0) {
            (void)sched_yield();
        }
        assert_true(settler_answered(settler, &answer));
        assert_int_equal(answer.err, 0);
        text_close(&answer.body);
        settler_stop(settler);
        scene_end();
    }
    scene_free(it);
}

TEST(settler_thread, does_not_start_without_its_store)
{
    struct scene *it = scene_new();
    struct settler *settler = NULL;
    scene_begin(NULL);
    const struct settler_config config = config_of();
    it->store_err = ERR_BUSY;
    assert_int_equal(settler_start(&config, &settler), ERR_BUSY);
    assert_null(settler);
    settler_stop(NULL);
    scene_end();
    scene_free(it);
}

TEST(settler_thread, does_not_start_without_a_thread)
{
    struct scene *it = scene_new();
    struct settler *settler = NULL;
    scene_begin(NULL);
    const struct settler_config config = config_of();
    scarce_begin("pthread_create", 1, pthread_self());
    assert_int_equal(settler_start(&config, &settler), ERR_NO_MEMORY);
    assert_true(scarce_end());
    assert_null(settler);
    scene_end();
    scene_free(it);
}

TEST(settler_thread, does_not_start_without_memory)
{
    struct scene *it = scene_new();
    unsigned nth = 0;
    scene_begin(NULL);
    const struct settler_config config = config_of();
    for (bool is_reached = true; is_reached; nth++) {
        struct settler *settler = NULL;
        scarce_begin("calloc", nth + 1, pthread_self());
        const int err = settler_start(&config, &settler);
        is_reached = scarce_end();
        assert_int_equal(err, is_reached ? ERR_NO_MEMORY : 0);
        assert_true(is_reached == (settler == NULL));
        settler_stop(settler);
    }
    assert_true(nth > 3); /* itself, an order, a plan; and what their parts take */
    scene_end();
    scene_free(it);
}
