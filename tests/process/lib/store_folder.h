/* store_folder.h - a store on disk in a folder of its own, a few things to write there, and
 * children: other processes with the same folder.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_STORE_FOLDER_H
#define TRESTLE_TESTS_PROCESS_LIB_STORE_FOLDER_H

#include "node/store/store_lmdb.h"

enum { MIB = 1024 * 1024, STORE_PATH_BYTES = 256 };

/* The folder of one test at a time: it is made, the store's in it is not yet there. */
extern char store_base[STORE_PATH_BYTES], store_folder[STORE_PATH_BYTES];
void store_folder_make(void);
void store_folder_remove(void);
void store_path(char path[STORE_PATH_BYTES], const char *where, const char *name);

/* Open, to be closed by the caller. */
struct store_lmdb *store_open_with(const struct store_lmdb_options *options);
/* ... in store_folder, of 16 MiB. */
struct store_lmdb *store_open_small(void);
/* The error of opening; what was opened is closed. */
int store_open_result(const struct store_lmdb_options *options);

/* These give errors, so that children can use them too: each a transaction of its own. */
int put_number(struct store_lmdb *store, const char *key, uint64_t number);
int get_number(struct store_lmdb *store, const char *key, uint64_t *ret_number);
/* @count values of 4 KiB; the error, from wherever it comes. */
int put_bulk(struct store_lmdb *store, uint32_t count);

void assert_number(struct store_lmdb *store, const char *key, uint64_t expected);

/* Runs @body in a child and gives what it returned, as the err it is. */
int in_child(int (*body)(void));
/* Runs @body in a child until it says that it is ready, by tell_parent(), then kills it on the
 * spot. */
void kill_in_child(void (*body)(int ready_fd));
/* Of a child: it is ready, or its test failed. */
void tell_parent(int fd, bool is_ready);

#endif
