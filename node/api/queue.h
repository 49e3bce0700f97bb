/* queue.h - commands on their way from the web thread (or another that asks) to the core, and their
 * answers back.
 *
 * Layer: node. A fixed pool of slots under one mutex: a command is filled in place, handed to the
 * core, and its answer comes back in the same slot, so neither direction can overflow. A request
 * handle is slot and generation. Nothing here blocks longer than a copy.
 *
 *   free -> held (the web thread fills it) -> waiting -> taken (the core) -> answered -> free
 */
#ifndef TRESTLE_NODE_API_QUEUE_H
#define TRESTLE_NODE_API_QUEUE_H

#include "sync/mesh/effects.h"

enum {
    API_COMMANDS_MAX = 256, /* in flight, a turn's worth (EFFECT_ANSWERS_MAX); more are told to try
                               again (busy). Slots that were never used cost no memory. */
    /* Texts of the largest request: 64 lines with a note each, or an item with 8 x 16 choices. */
    API_STORAGE_BYTES_MAX = 32 * 1024,
    COMMAND_DOORS_MAX = 4, /* queues of one core: of the web thread, of a program's own threads */
};

/* A command and the bytes that it borrows. */
struct api_command {
    struct command command;
    uint64_t request; /* slot and generation; never 0 */
    size_t storage_size;
    uint8_t storage[API_STORAGE_BYTES_MAX];
};

/* Copy @bytes into the command's storage: what `command` may borrow. ERR_TOO_LARGE. */
MUST_CHECK int api_command_keep(struct api_command *command, struct bytes bytes,
                                struct bytes *ret_kept);

struct command_queue;

/* @door of 0..COMMAND_DOORS_MAX - 1 is in the name of each request, so that the core knows whose
 * answer it is. @wake_core is called, on the asking thread and without the lock, after each push:
 * it makes the core look. NULL when there is no memory. */
struct command_queue *command_queue_new(unsigned door, void (*wake_core)(void *context),
                                        void *context);
unsigned command_request_door(uint64_t request);
void command_queue_free(struct command_queue *queue);

/* The web thread's side. Reserve gives an empty command to fill (all zero but `request`), NULL when
 * all slots are in use; push or drop it within the turn. */
struct api_command *command_queue_reserve(struct command_queue *queue);
void command_queue_push(struct command_queue *queue, struct api_command *command);
void command_queue_drop(struct command_queue *queue, struct api_command *command);

/* The next answer, in the order they were given; false when there is none. Its slot is free again.
 */
bool command_queue_answered(struct command_queue *queue, struct effect_answer *ret_answer);

/* The core's side. The oldest waiting command, NULL when there is none. Its bytes live until it is
 * answered. */
const struct api_command *command_queue_take(struct command_queue *queue);

/* Give back a command's slot with its answer (@answer->request is ignored). The core answers each
 * command that it took exactly once; another @request is our mistake. */
void command_queue_answer(struct command_queue *queue, uint64_t request,
                          const struct effect_answer *answer);

#endif
