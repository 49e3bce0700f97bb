/* held_store.h - somebody else who writes to a node's store: until he is done, its core stands
 * still.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_HELD_STORE_H
#define TRESTLE_TESTS_PROCESS_LIB_HELD_STORE_H

struct held_store;

/* Of the node whose state folder is @state. Free with held_store_close(). */
struct held_store *held_store_open(const char *state);
void held_store_close(struct held_store *held);

#endif
