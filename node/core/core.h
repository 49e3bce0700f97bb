/* core.h - the core thread: one turn of its loop is one write transaction.
 *
 * Layer: node. Whatever waits when a turn begins - commands of people, frames of peers - is stepped
 * through the replica and committed once; only then are frames sent, answers given and screens
 * told: durable before sent or shown. Under load a turn simply holds more, so commits are grouped
 * without a timer.
 *
 *   - While commands wait, a turn takes at most TURN_REMOTE_BYTES_MAX from peers.
 *   - When a turn fails it is undone whole: the replica forgets, all links begin anew, and its
 *     commands are tried again one a turn; one that fails alone is answered so. A full disk is no
 *     reason to stop; a disk that fails otherwise is.
 *   - The core is the only writer of the store, the only user of the transport, and may block in a
 *     commit; the web thread reads on its own and asks through a queue (node/api/gate.h).
 */
#ifndef TRESTLE_NODE_CORE_CORE_H
#define TRESTLE_NODE_CORE_CORE_H

#include "node/api/gate.h"
#include "node/config/identity.h"
#include "node/config/settings.h"

struct core;

/* Borrowed for the core's life. */
struct core_config {
    const char *state; /* folder */
    const struct settings *settings;
    const struct identity *identity;
    bool is_alone; /* neither listen nor dial: a command that writes while no node runs */
};

/* Open store, journal, transport and control socket. Block the signals first (signals_open()): the
 * transport's threads inherit that. Errors:
 *   ERR_BUSY        another node runs on this state folder
 *   ERR_EXISTS      the port is taken
 *   ERR_MISMATCH    the store belongs to another pop-up; ERR_VERSION: to other software
 *   ERR_MALFORMED   a key file, or the endpoint to listen at
 *   ERR_FORBIDDEN, ERR_FULL, ERR_NO_MEMORY, ERR_IO, and what certificate_verify() says */
MUST_CHECK int core_open(const struct core_config *config, struct core **ret_core);

/* Accepts NULL. */
void core_close(struct core *core);

/* For the web thread; lives as long as the core. */
const struct gate *core_gate(struct core *core);

/* For one more thread, of a program that is more than a node; before core_run(). Lives as long as
 * the core. ERR_TOO_MANY (COMMAND_DOORS_MAX), ERR_NO_MEMORY, ERR_BUSY, ERR_IO. */
MUST_CHECK int core_gate_more(struct core *core, const struct gate **ret_gate);

/* Called on the core's thread when screens have something new to look at, or answers wait. */
void core_on_news(struct core *core, void (*on_news)(void *context), void *context);

/* Called on the core's thread when SIGHUP asks to read the settings again. */
void core_on_reload(struct core *core, void (*on_reload)(void *context), void *context);

/* Who compares orders, ledger and provider here, for other devices that ask; called on the core's
 * thread. Before core_run(). */
void core_on_reconcile(struct core *core, const struct reconcile_host *host);

/* Turn until a signal arrives on @signal_fd, or something breaks for good. 0, or ERR_IO. */
MUST_CHECK int core_run(struct core *core, int signal_fd);

/* One turn, waiting at most @wait_ms for something to do: what core_run() repeats. */
MUST_CHECK int core_turn(struct core *core, uint32_t wait_ms);

/* Where it listens, with its port; "" when it does not. */
const char *core_endpoint(const struct core *core);

#endif
