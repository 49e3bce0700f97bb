/* The queue between the web thread and the core: nothing lost, nothing twice, nothing beyond its
 * bound. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "node/api/queue.h"
#include "node/os/bell.h"
#include "tests/lib/test.h"

static void count_wakes(void *context)
{
    ++*(unsigned *)context;
}

TEST(api_queue, an_answer_comes_back_to_its_request)
{
    unsigned wakes = 0;
    struct command_queue *queue = command_queue_new(0, count_wakes, &wakes);
    struct api_command *command = command_queue_reserve(queue);
    struct bytes kept;
    assert_int_equal(0, api_command_keep(command, bytes_of_text("no onions"), &kept));
    command->command.note = kept;
    uint64_t request = command->request;
    assert_null(command_queue_take(queue));
    command_queue_push(queue, command);
    assert_int_equal(1, wakes);

    const struct api_command *taken = command_queue_take(queue);
    assert_int_equal(request, taken->request);
    assert_true(bytes_equal(bytes_of_text("no onions"), taken->command.note));
    assert_null(command_queue_take(queue));

    struct effect_answer answer;
    assert_false(command_queue_answered(queue, &answer));
    command_queue_answer(queue, request, &(struct effect_answer){.err = ERR_STATE});
    assert_true(command_queue_answered(queue, &answer));
    assert_int_equal(request, answer.request);
    assert_int_equal(ERR_STATE, answer.err);
    assert_false(command_queue_answered(queue, &answer));
    command_queue_free(queue);
}

TEST(api_queue, commands_are_taken_in_the_order_they_came)
{
    unsigned wakes = 0;
    uint64_t requests[API_COMMANDS_MAX];
    struct command_queue *queue = command_queue_new(0, count_wakes, &wakes);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < API_COMMANDS_MAX; i++) {
            struct api_command *command = command_queue_reserve(queue);
            requests[i] = command->request;
            command_queue_push(queue, command);
        }
        assert_null(command_queue_reserve(queue));
        for (size_t i = 0; i < API_COMMANDS_MAX; i++) {
            assert_int_equal(requests[i], command_queue_take(queue)->request);
        }
        assert_null(command_queue_reserve(queue));
        for (size_t i = 0; i < API_COMMANDS_MAX; i++) {
            command_queue_answer(queue, requests[i], &(struct effect_answer){.err = 0});
        }
        assert_null(command_queue_reserve(queue));
        struct effect_answer answer;
        for (size_t i = 0; i < API_COMMANDS_MAX; i++) {
            assert_true(command_queue_answered(queue, &answer));
            assert_int_equal(requests[i], answer.request);
        }
    }
    command_queue_free(queue);
}

TEST(api_queue, a_dropped_command_is_never_seen_and_its_handle_never_again)
{
    unsigned wakes = 0;
    struct command_queue *queue = command_queue_new(0, count_wakes, &wakes);
    struct api_command *command = command_queue_reserve(queue);
    uint64_t dropped = command->request;
    command_queue_drop(queue, command);
    assert_int_equal(0, wakes);
    assert_null(command_queue_take(queue));
    command = command_queue_reserve(queue);
    assert_int_not_equal(dropped, command->request);
    assert_int_equal(0, command->command.lines_count);
    command_queue_drop(queue, command);
    command_queue_free(queue);
}

TEST(api_queue, the_storage_of_a_command_has_an_end)
{
    unsigned wakes = 0;
    static uint8_t bytes[API_STORAGE_BYTES_MAX];
    struct bytes kept;
    struct command_queue *queue = command_queue_new(0, count_wakes, &wakes);
    struct api_command *command = command_queue_reserve(queue);
    assert_int_equal(0, api_command_keep(command, bytes_of(bytes, sizeof bytes), &kept));
    assert_int_equal(ERR_TOO_LARGE, api_command_keep(command, bytes_of(bytes, 1), &kept));
    assert_int_equal(0, api_command_keep(command, bytes_of(NULL, 0), &kept));
    command_queue_drop(queue, command);
    command_queue_free(queue);
}

TEST(api_queue, a_request_says_at_which_door_it_waits)
{
    unsigned wakes = 0;
    for (unsigned door = 0; door < COMMAND_DOORS_MAX; door++) {
        struct command_queue *queue = command_queue_new(door, count_wakes, &wakes);
        struct effect_answer answer = {.err = 0};
        struct api_command *command = command_queue_reserve(queue);
        const uint64_t request = command->request;
        assert_int_equal(command_request_door(request), door);
        command_queue_push(queue, command);
        assert_ptr_equal(command_queue_take(queue), command);
        command_queue_answer(queue, request, &answer);
        assert_true(command_queue_answered(queue, &answer));
        assert_int_equal(answer.request, request);
        command_queue_free(queue);
    }
}

/* --- two threads --- */

enum { REQUESTS = 20000 };

struct pair {
    struct command_queue *queue;
    struct bell bell;
    atomic_uint answered;
};

static void wake_core(void *context)
{
    struct pair *pair = context;
    bell_ring(&pair->bell);
}

/* Answers each command with the item that it names. */
static void *core(void *argument)
{
    struct pair *pair = argument;
    for (unsigned done = 0; done < REQUESTS;) {
        const struct api_command *command = command_queue_take(pair->queue);
        if (command == NULL) {
            (void)bell_wait(&pair->bell, UINT64_MAX);
            continue;
        }
        struct effect_answer answer = {.answer = {.seq = command->command.item}};
        command_queue_answer(pair->queue, command->request, &answer);
        atomic_store(&pair->answered, ++done);
    }
    return NULL;
}

TEST(api_queue, between_two_threads_each_request_is_answered_once)
{
    static bool is_answered[REQUESTS];
    struct pair pair = {.queue = NULL};
    pthread_t thread;
    bell_open(&pair.bell);
    pair.queue = command_queue_new(0, wake_core, &pair);
    assert_int_equal(0, pthread_create(&thread, NULL, core, &pair));
    unsigned sent = 0;
    unsigned received = 0;
    while (received < REQUESTS) {
        struct effect_answer answer;
        struct api_command *command = sent < REQUESTS ? command_queue_reserve(pair.queue) : NULL;
        if (command != NULL) {
            command->command.item = sent++;
            command_queue_push(pair.queue, command);
        }
        while (command_queue_answered(pair.queue, &answer)) {
            assert_true(answer.answer.seq < REQUESTS);
            assert_false(is_answered[answer.answer.seq]);
            is_answered[answer.answer.seq] = true;
            received++;
        }
    }
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(REQUESTS, atomic_load(&pair.answered));
    command_queue_free(pair.queue);
    bell_close(&pair.bell);
}
