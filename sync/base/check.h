/* check.h - our own mistakes stop the process, also in release.
 *
 * Layer: sync/base (pure). check() is for invariants that only a bug of ours can break. Bytes from
 * a peer, a disk, a browser or a person are never our mistake: they get an error code. A stopped
 * node is safe, a wrong node is not.
 */
#ifndef TRESTLE_SYNC_BASE_CHECK_H
#define TRESTLE_SYNC_BASE_CHECK_H

/* Called with the place and the expression before the process aborts; it may log but must not
 * return control to the broken code (abort follows when it returns). NULL (the default) just
 * aborts. Set once at start. */
void check_set_reporter(void (*on_failure)(const char *file, int line, const char *expression));

_Noreturn void check_failed(const char *file, int line, const char *expression);

#define check(expression) ((expression) ? (void)0 : check_failed(__FILE__, __LINE__, #expression))

#endif
