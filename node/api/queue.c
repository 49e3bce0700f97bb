#include "node/api/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum slot_state { SLOT_FREE = 0, SLOT_HELD, SLOT_WAITING, SLOT_TAKEN, SLOT_ANSWERED };

struct slot {
    enum slot_state state;
    uint64_t generation;
    uint64_t turn; /* when it began to wait, or was answered: oldest first */
    struct effect_answer answer;
    struct api_command command;
};

enum { DOOR_SHIFT = 56 }; /* generations never get there */

struct command_queue {
    uint64_t door;        /* shifted */
    pthread_mutex_t lock; /* guards state, generation, turn and answer of every slot */
    void (*wake_core)(void *context);
    void *context;
    uint64_t turns;
    struct slot slots[API_COMMANDS_MAX];
};

int api_command_keep(struct api_command *command, struct bytes bytes, struct bytes *ret_kept)
{
    if (bytes.size > sizeof command->storage - command->storage_size) {
        return ERR_TOO_LARGE;
    }
    uint8_t *to = command->storage + command->storage_size;
    if (bytes.size > 0) {
        memcpy(to, bytes.data, bytes.size);
    }
    command->storage_size += bytes.size;
    *ret_kept = bytes_of(to, bytes.size);
    return 0;
}

unsigned command_request_door(uint64_t request)
{
    return (unsigned)(request >> DOOR_SHIFT);
}

struct command_queue *command_queue_new(unsigned door, void (*wake_core)(void *context),
                                        void *context)
{
    check(door < COMMAND_DOORS_MAX);
    struct command_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL) {
        return NULL;
    }
    check(pthread_mutex_init(&queue->lock, NULL) == 0);
    queue->door = (uint64_t)door << DOOR_SHIFT;
    queue->wake_core = wake_core;
    queue->context = context;
    return queue;
}

void command_queue_free(struct command_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static void queue_lock(struct command_queue *queue)
{
    check(pthread_mutex_lock(&queue->lock) == 0);
}

static void queue_unlock(struct command_queue *queue)
{
    check(pthread_mutex_unlock(&queue->lock) == 0);
}

/* The slot in @state that has waited longest, or NULL. The first free ones are used again first, so
 * the rest of the pool stays untouched memory. */
static struct slot *slot_oldest(struct command_queue *queue, enum slot_state state)
{
    struct slot *oldest = NULL;
    for (size_t i = 0; i < API_COMMANDS_MAX; i++) {
        struct slot *slot = &queue->slots[i];
        if (slot->state == state && (oldest == NULL || slot->turn < oldest->turn)) {
            oldest = slot;
        }
    }
    return oldest;
}

static struct slot *slot_of(struct command_queue *queue, uint64_t request)
{
    struct slot *slot = &queue->slots[request % API_COMMANDS_MAX];
    check((slot->generation * API_COMMANDS_MAX + (uint64_t)(slot - queue->slots)) ==
          (request ^ queue->door));
    return slot;
}

static void slot_set(struct command_queue *queue, struct slot *slot, enum slot_state from,
                     enum slot_state to)
{
    check(slot->state == from);
    slot->state = to;
    slot->turn = to == SLOT_FREE ? 0 : ++queue->turns;
}

_Static_assert((int)API_COMMANDS_MAX <= (int)EFFECT_ANSWERS_MAX, "a turn answers all it may take");

struct api_command *command_queue_reserve(struct command_queue *queue)
{
    queue_lock(queue);
    struct slot *slot = slot_oldest(queue, SLOT_FREE);
    if (slot != NULL) {
        slot_set(queue, slot, SLOT_FREE, SLOT_HELD);
        slot->generation++;
    }
    queue_unlock(queue);
    if (slot == NULL) {
        return NULL;
    }
    struct api_command *command = &slot->command;
    memset(&command->command, 0, sizeof command->command);
    command->storage_size = 0;
    command->request =
        queue->door | (slot->generation * API_COMMANDS_MAX + (uint64_t)(slot - queue->slots));
    return command;
}

static void command_move(struct command_queue *queue, uint64_t request, enum slot_state from,
                         enum slot_state to)
{
    queue_lock(queue);
    slot_set(queue, slot_of(queue, request), from, to);
    queue_unlock(queue);
}

void command_queue_push(struct command_queue *queue, struct api_command *command)
{
    command_move(queue, command->request, SLOT_HELD, SLOT_WAITING);
    queue->wake_core(queue->context);
}

void command_queue_drop(struct command_queue *queue, struct api_command *command)
{
    command_move(queue, command->request, SLOT_HELD, SLOT_FREE);
}

const struct api_command *command_queue_take(struct command_queue *queue)
{
    queue_lock(queue);
    struct slot *slot = slot_oldest(queue, SLOT_WAITING);
    if (slot != NULL) {
        slot_set(queue, slot, SLOT_WAITING, SLOT_TAKEN);
    }
    queue_unlock(queue);
    return slot == NULL ? NULL : &slot->command;
}

void command_queue_answer(struct command_queue *queue, uint64_t request,
                          const struct effect_answer *answer)
{
    queue_lock(queue);
    struct slot *slot = slot_of(queue, request);
    slot->answer = *answer;
    slot->answer.request = request;
    slot_set(queue, slot, SLOT_TAKEN, SLOT_ANSWERED);
    queue_unlock(queue);
}

bool command_queue_answered(struct command_queue *queue, struct effect_answer *ret_answer)
{
    queue_lock(queue);
    struct slot *slot = slot_oldest(queue, SLOT_ANSWERED);
    if (slot != NULL) {
        *ret_answer = slot->answer;
        slot_set(queue, slot, SLOT_ANSWERED, SLOT_FREE);
    }
    queue_unlock(queue);
    return slot != NULL;
}
