/* cluster_internal.h - what the files of the cluster share. */
#ifndef TRESTLE_TESTS_LIB_CLUSTER_INTERNAL_H
#define TRESTLE_TESTS_LIB_CLUSTER_INTERNAL_H

#include "tests/lib/cluster.h"

enum happening {
    HAPPENING_TURN,   /* index: node, token: its life */
    HAPPENING_SYNCED, /* index: node, token: its life */
    HAPPENING_BOOT,   /* index: node */
    HAPPENING_FRAME,  /* index: session * 2 + end, token: its serial */
    HAPPENING_NOTICE, /* index: session * 2 + end, token: its serial */
    HAPPENING_DIAL,   /* index: session, token: the serial of the connection before */
};

struct cluster_input {
    struct cluster_input *next;
    struct input input;
    uint64_t serial; /* LINK_UP: of the connection */
    bool is_alone;   /* in its turn */
    bool is_copy;
    size_t size;
    uint8_t data[]; /* the frame */
};

void *cluster_allocate(size_t size);
void cluster_schedule(struct cluster *cluster, uint64_t at_ms, enum happening kind, uint32_t index,
                      uint64_t token);
bool cluster_chance(struct cluster *cluster, uint32_t odds);
uint64_t cluster_between(struct cluster *cluster, uint64_t low, uint64_t high);

/* cluster_start.c: a fresh key for the node's log. */
void cluster_draw_log_key(struct cluster *cluster, struct cluster_node *node);

/* The first moment at which the node's clock shows @mono_ms. */
uint64_t cluster_when_mono(const struct cluster_node *node, uint64_t mono_ms);

/* --- cluster_inbox.c --- */

void cluster_inbox_append(struct cluster_node *node, struct cluster_input *input);
/* Appends to the inbox and sees to it that a turn comes. @frame is copied. */
struct cluster_input *cluster_deliver(struct cluster *cluster, struct cluster_node *node,
                                      enum input_kind kind, uint32_t link, struct bytes frame);
/* The first of the inbox, which is not empty, goes behind @last; the size of its frame. */
size_t cluster_inbox_take(struct cluster *cluster, struct cluster_node *node,
                          struct cluster_input ***last);
/* Frames and news of @link that were not taken yet are forgotten; LINKS_MAX stands for all. */
void cluster_inbox_forget(struct cluster_node *node, uint32_t link);
void cluster_inputs_free(struct cluster_input **first);

/* --- cluster_turn.c --- */

enum { LIAR_MS = 400 }; /* from one thing that a liar does to the next */

/* A turn comes at @at_ms, or before. */
void cluster_turn_want(struct cluster *cluster, struct cluster_node *node, uint64_t at_ms);
void cluster_turn_due(struct cluster *cluster, struct cluster_node *node);
/* Its commit has had its time. */
void cluster_turn_synced(struct cluster *cluster, struct cluster_node *node);
/* Open the replica in a turn of its own; false when that was aborted. */
bool cluster_node_open(struct cluster *cluster, struct cluster_node *node);

/* --- cluster_power.c --- */

void cluster_node_boot(struct cluster *cluster, struct cluster_node *node);
/* ... unless it runs already. */
void cluster_boot_due(struct cluster *cluster, struct cluster_node *node);

/* --- cluster_blobs.c --- */

void cluster_blobs_release(struct cluster *cluster, struct cluster_node *node,
                           const struct effects *effects);
void cluster_blobs_free(struct cluster_node *node);
/* As a host does at its start: files that the store does not say are here go. */
void cluster_blobs_sweep(struct cluster_node *node);

/* --- cluster_net.c: links --- */

void cluster_net_reset(struct cluster *cluster);
/* What @node sends over @link from now on goes over the connection with this serial. */
void cluster_net_told(struct cluster *cluster, const struct cluster_node *node, uint32_t link,
                      uint64_t serial);
/* Release what a turn sends and closes. */
void cluster_net_send(struct cluster *cluster, struct cluster_node *node,
                      const struct effects *effects);
/* One more frame, of the host itself. */
void cluster_net_send_one(struct cluster *cluster, struct cluster_node *node, uint32_t link,
                          struct bytes frame);
/* All links of @node are gone, and it knows. */
void cluster_net_drop(struct cluster *cluster, const struct cluster_node *node);
void cluster_net_dial_all(struct cluster *cluster, uint32_t node);
void cluster_net_frame(struct cluster *cluster, uint32_t index, uint64_t token);
void cluster_net_notice(struct cluster *cluster, uint32_t index, uint64_t token);
void cluster_net_dial(struct cluster *cluster, uint32_t index, uint64_t token);

#endif
