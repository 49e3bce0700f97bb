/* pool.h - memory for what a store in memory takes and gives back all the time: malloc's, but where
 * the address sanitizer watches guarded by it at a tenth of what its own malloc costs.
 *
 * What was given back comes round again only after POOL_KEPT others of about its size; until then,
 * and around each block, the sanitizer guards it. Not for several threads. Out of memory aborts.
 */
#ifndef TRESTLE_TESTS_LIB_POOL_H
#define TRESTLE_TESTS_LIB_POOL_H

#include <stddef.h>

enum { POOL_KEPT = 1024 };

/* Aligned for anything; its bytes are undefined. Never NULL. */
void *pool_take(size_t size);

/* @size as it was taken with. */
void pool_give_back(void *block, size_t size);

/* How many blocks are taken: what is left when all is freed was lost. */
size_t pool_taken(void);

#endif
