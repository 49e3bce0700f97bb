/* join_page.h - a device that is in no pop-up yet: its page at /join, until it is in one.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_JOIN_PAGE_H
#define TRESTLE_NODE_CLI_JOIN_PAGE_H

#include "node/cli/cli.h"

/* Keep the port of @settings' http address, where "any free one" becomes a certain one, so that
 * nobody gets it between the page and the node. A descriptor to be closed when the node listens;
 * -1: it cannot be kept, which whoever listens finds out for himself. */
int join_page_keep_port(struct settings *settings);

/* Serve the page at @place's http address, built screens from @folder (NULL = none), until there
 * are keys in the state folder, whoever put them there, or a signal to end comes in at @signal_fd;
 * then @ret_is_over. EXIT_DONE, or told. */
int join_page_serve(const struct args *args, const struct place *place, const char *folder,
                    int signal_fd, bool *ret_is_over);

#endif
