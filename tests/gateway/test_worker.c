/* test_worker.c - a worker turns when it is woken and when it is time, and answers who asked. */
#include "tests/lib/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "gateway/worker/worker.h"
#include "node/os/clock.h"
#include "tests/process/lib/scarce.h"

enum {
    SOON_S = 60, /* and who still waits then waits for nothing: the program ends */
    PLACES = 3,
    SHORT_MS = 30,
    ROUNDS = 300,
    MANY = 5000,
};
#define BIT (UINT64_C(1) << 40)

/* Asks are numbers; the answer to one is itself, and no body. */
static int asks[PLACES];
static struct annex_answer answers[PLACES];
static struct worker worker;

/* Of each turn the test hears, and lets it go on. */
static struct bell begun, let_on;
static atomic_uint turns, told;
static uint64_t due_ms[4]; /* what each turn returns; the last goes for those after it */
static uint64_t at_ms[4];  /* when each began */

static void on_answered(void *context)
{
    atomic_fetch_add(&told, 1);
    bell_ring(context);
}

static void open(void)
{
    const struct worker_config config = {.asks = asks,
                                         .ask_bytes = sizeof *asks,
                                         .answers = answers,
                                         .places = PLACES,
                                         .request_bit = BIT,
                                         .answered = on_answered,
                                         .context = &begun};
    (void)alarm(SOON_S);
    atomic_store(&turns, 0);
    atomic_store(&told, 0);
    bell_open(&begun);
    bell_open(&let_on);
    worker_open(&worker, &config);
}

static void close_all(void)
{
    worker_close(&worker);
    bell_close(&begun);
    bell_close(&let_on);
    (void)alarm(0);
}

/* --- its turns --- */

static uint64_t turn_watched(void *subject)
{
    atomic_uint *count = subject;
    const unsigned turn = atomic_load(count) < 3 ? atomic_load(count) : 3;
    at_ms[turn] = clock_mono_ms();
    atomic_fetch_add(count, 1);
    bell_ring(&begun);
    (void)bell_wait(&let_on, UINT64_MAX);
    return due_ms[turn];
}

static void start(uint64_t first_due_ms)
{
    open();
    due_ms[0] = first_due_ms;
    due_ms[1] = due_ms[2] = due_ms[3] = UINT64_MAX;
    assert_int_equal(worker_start(&worker, turn_watched, &turns), 0);
}

static void until_turn(unsigned count)
{
    while (atomic_load(&turns) < count) {
        assert_true(bell_wait(&begun, UINT64_MAX));
    }
    assert_int_equal(atomic_load(&turns), count);
}

static void stop(void)
{
    bell_end(&let_on);
    worker_stop(&worker);
    close_all();
}

TEST(worker, it_begins_with_a_turn_and_waits_for_news_for_as_long_as_nothing_is_due)
{
    start(UINT64_MAX);
    for (unsigned i = 1; i < 4; i++) {
        until_turn(i);
        bell_ring(&let_on);
        bell_ring(&worker.bell);
    }
    until_turn(4);
    stop();
    assert_int_equal(atomic_load(&turns), 4);
}

TEST(worker, woken_while_it_turns_it_turns_once_more_however_often_it_was)
{
    start(UINT64_MAX);
    until_turn(1);
    for (int i = 0; i < 3; i++) {
        bell_ring(&worker.bell);
    }
    const uint64_t due = clock_mono_ms() + SHORT_MS;
    due_ms[1] = due; /* the third is for the time, and not for what it was woken */
    bell_ring(&let_on);
    until_turn(2);
    bell_ring(&let_on);
    until_turn(3);
    assert_true(at_ms[2] >= due);
    stop();
    assert_int_equal(atomic_load(&turns), 3);
}

TEST(worker, when_it_is_time_it_turns_without_news)
{
    const uint64_t due = clock_mono_ms() + SHORT_MS;
    start(due);
    until_turn(1);
    bell_ring(&let_on);
    until_turn(2);
    assert_true(at_ms[1] >= due);
    stop();
}

TEST(worker, told_to_stop_it_ends_whether_it_waits_already_or_is_about_to)
{
    for (int i = 0; i < ROUNDS; i++) {
        start(UINT64_MAX);
        until_turn(1);
        stop();
        assert_int_equal(atomic_load(&turns), 1);
    }
}

TEST(worker, told_to_stop_while_it_turns_it_ends_after_that_turn_whatever_is_due_or_new)
{
    start(0);
    until_turn(1);
    bell_ring(&worker.bell);
    bell_end(&worker.bell);
    stop();
    assert_int_equal(atomic_load(&turns), 1);
}

TEST(worker, without_a_thread_it_does_not_start)
{
    open();
    scarce_begin("pthread_create", 1, pthread_self());
    assert_int_equal(worker_start(&worker, turn_watched, &turns), ERR_NO_MEMORY);
    assert_true(scarce_end());
    close_all();
}

/* --- asking --- */

static uint64_t ask(int number)
{
    uint64_t request = 0;
    assert_int_equal(worker_ask(&worker, &number, &request), 0);
    assert_true((request & BIT) != 0 && request != BIT); /* 0 is nobody's name */
    return request;
}

/* Takes the one that is @number, of @request. */
static void take(int number, uint64_t request)
{
    int taken = 0;
    uint64_t of = 0;
    assert_true(worker_take(&worker, &taken, &of));
    assert_int_equal(taken, number);
    assert_true(of == request);
}

static void say_text(uint64_t request, const char *text)
{
    struct text body = {.data = NULL};
    text_append_text(&body, text);
    worker_say(&worker, request, 0, NULL, &body);
    assert_null(body.data);
}

TEST(worker, who_asked_is_answered_by_name_and_not_before_it_is_shown)
{
    struct annex_answer answer;
    int none = 0;
    open();
    const uint64_t first = ask(11), second = ask(12);
    assert_true(first != second);
    take(11, first);
    take(12, second);
    assert_false(worker_take(&worker, &none, &(uint64_t){0}));
    worker_say(&worker, second, ERR_STATE, "where", NULL);
    say_text(first, "{}");
    assert_false(worker_answered(&worker, &answer));
    assert_int_equal(atomic_load(&told), 0);
    worker_show(&worker, 0);
    assert_int_equal(atomic_load(&told), 1);
    assert_true(worker_answered(&worker, &answer));
    assert_true(answer.request == second && answer.err == ERR_STATE && answer.body.size == 0);
    assert_string_equal(answer.where, "where");
    assert_true(worker_answered(&worker, &answer));
    assert_true(answer.request == first && answer.err == 0 && answer.body.size == 2);
    text_close(&answer.body);
    assert_false(worker_answered(&worker, &answer));
    worker_show(&worker, 0); /* nothing new: nobody is told */
    assert_int_equal(atomic_load(&told), 1);
    close_all();
}

TEST(worker, what_was_taken_is_in_no_place_any_more)
{
    open();
    const uint64_t first = ask(11), second = ask(12);
    take(11, first);
    assert_int_equal(asks[0], 0);
    assert_int_equal(asks[1], 12);
    take(12, second);
    assert_int_equal(asks[1], 0);
    worker_say(&worker, first, 0, NULL, NULL);
    worker_say(&worker, second, 0, NULL, NULL);
    close_all();
}

TEST(worker, who_asked_hears_that_the_turn_failed_and_those_told_before_do_not)
{
    struct annex_answer answer;
    open();
    const uint64_t before = ask(1), failed = ask(2);
    take(1, before);
    say_text(before, "{}");
    worker_show(&worker, 0);
    take(2, failed);
    say_text(failed, "{}");
    worker_show(&worker, ERR_FULL);
    assert_true(worker_answered(&worker, &answer));
    assert_true(answer.request == before && answer.err == 0);
    text_close(&answer.body);
    assert_true(worker_answered(&worker, &answer));
    assert_true(answer.request == failed && answer.err == ERR_FULL && answer.body.data == NULL);
    close_all();
}

TEST(worker, a_place_is_free_again_when_its_answer_was_heard)
{
    struct annex_answer answer;
    uint64_t requests[PLACES], request = 0;
    int number = 0;
    open();
    for (int round = 0; round < 2 * PLACES; round++) {
        for (int i = 0; i < PLACES; i++) {
            requests[i] = ask(i);
        }
        assert_int_equal(worker_ask(&worker, &number, &request), ERR_BUSY);
        for (int i = 0; i < PLACES; i++) {
            take(i, requests[i]);
            worker_say(&worker, requests[i], 0, NULL, NULL);
        }
        worker_show(&worker, 0);
        assert_int_equal(worker_ask(&worker, &number, &request), ERR_BUSY);
        assert_true(worker_answered(&worker, &answer));
        request = ask(round);
        assert_int_equal(worker_ask(&worker, &number, &request), ERR_BUSY);
        take(round, request);
        worker_say(&worker, request, 0, NULL, NULL);
        worker_show(&worker, 0);
        while (worker_answered(&worker, &answer)) {
        }
        assert_true(answer.request == request);
    }
    close_all();
}

TEST(worker, answers_that_nobody_hears_end_with_it)
{
    open();
    const uint64_t shown = ask(1), said = ask(2);
    take(1, shown);
    say_text(shown, "shown");
    worker_show(&worker, 0);
    take(2, said);
    say_text(said, "said"); /* the sanitizer sees what is not given back */
    close_all();
}

/* --- both --- */

static uint64_t turn_answering(void *subject)
{
    int number = 0;
    uint64_t request = 0;
    (void)subject;
    while (worker_take(&worker, &number, &request)) {
        worker_say(&worker, request, number, NULL, NULL);
    }
    worker_show(&worker, 0);
    return UINT64_MAX;
}

TEST(worker, whatever_is_asked_beside_its_turns_is_answered_once_and_in_that_order)
{
    struct annex_answer answer;
    uint64_t request = 0;
    int asked = 0, heard = 0;
    open();
    assert_int_equal(worker_start(&worker, turn_answering, NULL), 0);
    while (heard < MANY) {
        while (asked < MANY && worker_ask(&worker, &asked, &request) == 0) {
            asked++;
        }
        assert_true(bell_wait(&begun, UINT64_MAX));
        while (worker_answered(&worker, &answer)) {
            assert_int_equal(answer.err, heard);
            heard++;
        }
    }
    worker_stop(&worker);
    assert_false(worker_answered(&worker, &answer));
    close_all();
}
