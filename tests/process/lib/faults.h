/* faults.h - calls of this program to LMDB, ZeroMQ and the operating system that fail on request.
 *
 * Our definitions stand before the libraries' (faults.c has the list); what libraries call among
 * themselves never fails, and on other threads than the one that asked nothing does.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_FAULTS_H
#define TRESTLE_TESTS_PROCESS_LIB_FAULTS_H

#include <stdbool.h>

/* The @nth (from 1) call of @name from now on fails with @error, once; with is_lasting every one
 * after it too. NULL: any call of the list, each with the error that is usual for it. */
void faults_begin(const char *name, unsigned nth, int error);
void faults_begin_lasting(const char *name, unsigned nth, int error);

/* None from now on. Whether there was one. */
bool faults_end(void);

#endif
