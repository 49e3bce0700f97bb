/* cluster_net.c - links: first in first out, delayed, bounded, and gone with all they held. */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/cluster_internal.h"

enum { FRAME_KIND_AT = 1, HELLO_HEAD_BYTES = 2 };

struct cluster_frame {
    struct cluster_frame *next;
    uint64_t sent; /* serial */
    bool is_end;   /* the other end closed the link after all before this */
    size_t size;
    uint8_t data[];
};

static struct cluster_session *session_of(struct cluster *cluster, uint32_t dialler,
                                          uint32_t listener)
{
    return &cluster->sessions[dialler * CLUSTER_NODES_MAX + listener];
}

static uint32_t index_of(const struct cluster *cluster, const struct cluster_session *session)
{
    return (uint32_t)(session - cluster->sessions);
}

/* A node's number for its link with @peer: in a cluster where both may dial, from
 * CLUSTER_TWO_WAY_MAX on the peer did. */
static uint32_t link_number(const struct cluster *cluster, bool is_dialer, uint32_t peer)
{
    return is_dialer || cluster->count > CLUSTER_TWO_WAY_MAX ? peer : CLUSTER_TWO_WAY_MAX + peer;
}

static bool is_link_dialled(struct cluster *cluster, uint32_t node, uint32_t link)
{
    if (cluster->count <= CLUSTER_TWO_WAY_MAX) {
        return link < CLUSTER_TWO_WAY_MAX;
    }
    return session_of(cluster, node, link)->is_wanted;
}

static struct cluster_end *end_of(struct cluster *cluster, const struct cluster_node *node,
                                  uint32_t link, struct cluster_session **ret_session)
{
    const bool is_dialer = is_link_dialled(cluster, node->index, link);
    const uint32_t peer = cluster->count > CLUSTER_TWO_WAY_MAX ? link : link % CLUSTER_TWO_WAY_MAX;
    struct cluster_session *session =
        is_dialer ? session_of(cluster, node->index, peer) : session_of(cluster, peer, node->index);
    *ret_session = session;
    return &session->ends[is_dialer ? 0 : 1];
}

static void frames_lose(struct cluster *cluster, struct cluster_end *end)
{
    while (end->first != NULL) {
        struct cluster_frame *next = end->first->next;
        cluster->faults[FAULT_LOSS] += end->first->is_end ? 0 : 1;
        free(end->first);
        end->first = next;
    }
    end->last = NULL;
    end->frames = 0;
    end->bytes = 0;
}

void cluster_net_reset(struct cluster *cluster)
{
    memset(cluster->is_clogged, 0, sizeof cluster->is_clogged);
    for (uint32_t i = 0; i < CLUSTER_SESSIONS_MAX; i++) {
        struct cluster_session *session = &cluster->sessions[i];
        const uint32_t dialler = i / CLUSTER_NODES_MAX;
        const uint32_t listener = i % CLUSTER_NODES_MAX;
        frames_lose(cluster, &session->ends[0]);
        frames_lose(cluster, &session->ends[1]);
        *session = (struct cluster_session){
            .ends = {{.node = dialler, .link = link_number(cluster, true, listener)},
                     {.node = listener, .link = link_number(cluster, false, dialler)}}};
    }
}

/* --- dialling --- */

static bool can_reach(const struct cluster *cluster, const struct cluster_session *session)
{
    const struct cluster_node *a = &cluster->nodes[session->ends[0].node];
    const struct cluster_node *b = &cluster->nodes[session->ends[1].node];
    return a->is_open && b->is_open && a->group == b->group &&
           !cluster->is_clogged[a->index][b->index] && !cluster->is_clogged[b->index][a->index];
}

static struct cluster_session *other_way(struct cluster *cluster,
                                         const struct cluster_session *session)
{
    return session_of(cluster, session->ends[1].node, session->ends[0].node);
}

static void redial(struct cluster *cluster, struct cluster_session *session)
{
    if (!session->is_wanted) {
        return;
    }
    cluster_schedule(cluster,
                     cluster->now_ms + cluster_between(cluster, cluster->knobs.redial_min_ms,
                                                       cluster->knobs.redial_max_ms),
                     HAPPENING_DIAL, index_of(cluster, session), session->serial);
}

void cluster_dial(struct cluster *cluster, uint32_t dialler, uint32_t listener)
{
    struct cluster_session *session = session_of(cluster, dialler, listener);
    check(cluster->count <= CLUSTER_TWO_WAY_MAX || !other_way(cluster, session)->is_wanted);
    session->is_wanted = true;
    cluster->faults[FAULT_TWO_LINKS] += other_way(cluster, session)->is_wanted ? 1 : 0;
    if (!session->is_alive) {
        redial(cluster, session);
    }
}

static void end_tell(struct cluster *cluster, struct cluster_session *session, unsigned side)
{
    struct cluster_end *end = &session->ends[side];
    struct cluster_node *node = &cluster->nodes[end->node];
    if (end->is_up) { /* it had not noticed that the last one is gone */
        (void)cluster_deliver(cluster, node, INPUT_LINK_DOWN, end->link, bytes_of(NULL, 0));
    }
    struct cluster_input *input =
        cluster_deliver(cluster, node, INPUT_LINK_UP, end->link, bytes_of(NULL, 0));
    input->input.device = cluster->nodes[session->ends[1 - side].node].device;
    input->input.is_dialer = side == 0;
    input->serial = session->serial;
    end->is_up = true;
    end->last_at_ms = cluster->now_ms;
}

void cluster_net_dial(struct cluster *cluster, uint32_t index, uint64_t token)
{
    struct cluster_session *session = &cluster->sessions[index];
    const bool is_current = session->serial == token && session->is_wanted && !session->is_alive;
    if (!is_current || !cluster->nodes[session->ends[0].node].is_open) {
        return; /* it dials when it is back */
    }
    if (!can_reach(cluster, session) ||
        (session->is_yielding && other_way(cluster, session)->is_alive)) {
        redial(cluster, session);
        return;
    }
    session->is_alive = true;
    session->is_yielding = false;
    session->serial = ++cluster->serial;
    cluster_trace(cluster, &cluster->nodes[session->ends[0].node], false, "link with %s is up",
                  cluster->nodes[session->ends[1].node].name);
    end_tell(cluster, session, 0);
    end_tell(cluster, session, 1);
}

void cluster_net_dial_all(struct cluster *cluster, uint32_t node)
{
    for (uint32_t peer = 0; peer < cluster->count; peer++) {
        struct cluster_session *session = session_of(cluster, node, peer);
        if (session->is_wanted && !session->is_alive) {
            redial(cluster, session);
        }
    }
}

/* --- the end of a link --- */

/* What is under way is lost; each end that does not know yet will notice. */
static void session_break(struct cluster *cluster, struct cluster_session *session)
{
    if (!session->is_alive) {
        return;
    }
    session->is_alive = false;
    for (uint32_t side = 0; side < 2; side++) {
        frames_lose(cluster, &session->ends[side]);
        if (session->ends[side].is_up) {
            cluster_schedule(
                cluster,
                cluster->now_ms + cluster_between(cluster, 0, cluster->knobs.notice_max_ms),
                HAPPENING_NOTICE, index_of(cluster, session) * 2 + side, session->serial);
        }
    }
    if (!session->ends[0].is_up) {
        redial(cluster, session);
    }
}

void cluster_net_notice(struct cluster *cluster, uint32_t index, uint64_t token)
{
    struct cluster_session *session = &cluster->sessions[index / 2];
    struct cluster_end *end = &session->ends[index % 2];
    if (session->serial != token || !end->is_up) {
        return;
    }
    end->is_up = false;
    (void)cluster_deliver(cluster, &cluster->nodes[end->node], INPUT_LINK_DOWN, end->link,
                          bytes_of(NULL, 0));
    if (index % 2 == 0) {
        redial(cluster, session);
    }
}

void cluster_net_drop(struct cluster *cluster, const struct cluster_node *node)
{
    for (uint32_t i = 0; i < CLUSTER_SESSIONS_MAX; i++) {
        struct cluster_session *session = &cluster->sessions[i];
        for (uint32_t side = 0; side < 2; side++) {
            if (session->ends[side].node == node->index) {
                session->ends[side].is_up = false;
                session_break(cluster, session);
            }
        }
    }
}

void cluster_reset_link(struct cluster *cluster, uint32_t a, uint32_t b)
{
    struct cluster_session *sessions[] = {session_of(cluster, a, b), session_of(cluster, b, a)};
    for (unsigned i = 0; i < 2; i++) {
        if (sessions[i]->is_alive) {
            cluster->faults[FAULT_RESET]++;
            cluster_trace(cluster, &cluster->nodes[a], false, "link with %s breaks",
                          cluster->nodes[b].name);
            session_break(cluster, sessions[i]);
        }
    }
}

static void groups_set(struct cluster *cluster, const uint32_t *groups)
{
    for (uint32_t i = 0; i < cluster->count; i++) {
        cluster->nodes[i].group = groups == NULL ? 0 : groups[i];
    }
    for (uint32_t i = 0; i < CLUSTER_SESSIONS_MAX; i++) {
        struct cluster_session *session = &cluster->sessions[i];
        if (cluster->nodes[session->ends[0].node].group !=
            cluster->nodes[session->ends[1].node].group) {
            session_break(cluster, session);
        }
    }
}

void cluster_partition(struct cluster *cluster, const uint32_t *groups)
{
    cluster->faults[FAULT_PARTITION]++;
    cluster_trace(cluster, NULL, true, "the network falls apart");
    groups_set(cluster, groups);
}

void cluster_heal(struct cluster *cluster)
{
    cluster->faults[FAULT_HEAL]++;
    cluster_trace(cluster, NULL, true, "the network is whole again");
    groups_set(cluster, NULL);
}

/* --- frames --- */

static uint64_t frame_delay(struct cluster *cluster)
{
    const struct cluster_knobs *knobs = &cluster->knobs;
    uint64_t delay = cluster_between(cluster, knobs->delay_min_ms, knobs->delay_max_ms);
    if (cluster_chance(cluster, knobs->straggle_odds)) {
        cluster->faults[FAULT_DELAY]++;
        delay += cluster_between(cluster, 1, knobs->straggle_max_ms);
    }
    return delay;
}

static bool is_hello(struct bytes frame)
{
    return frame.size >= HELLO_HEAD_BYTES && frame.data[FRAME_KIND_AT] == MESSAGE_HELLO;
}

/* There is no room for it on the way; nobody is told. */
static bool is_dropped(struct cluster *cluster, const struct cluster_end *end, struct bytes frame)
{
    return end->frames >= cluster->knobs.queue_frames_max ||
           (cluster->knobs.drop_odds > 0 && !is_hello(frame) &&
            cluster_chance(cluster, cluster->knobs.drop_odds));
}

static void frame_send(struct cluster *cluster, struct cluster_session *session, unsigned to,
                       struct bytes bytes, bool is_end)
{
    struct cluster_end *end = &session->ends[to];
    if (!is_end && is_dropped(cluster, end, bytes)) {
        cluster->faults[FAULT_OVERFLOW]++;
        return;
    }
    struct cluster_frame *frame = cluster_allocate(sizeof *frame + bytes.size);
    frame->sent = ++cluster->serial;
    frame->is_end = is_end;
    frame->size = bytes.size;
    if (bytes.size > 0) {
        memcpy(frame->data, bytes.data, bytes.size);
    }
    if (end->last == NULL) {
        end->first = frame;
    } else {
        end->last->next = frame;
    }
    end->last = frame;
    end->frames++;
    end->bytes += bytes.size;
    cluster->frames++;
    const uint64_t at_ms = cluster->now_ms + frame_delay(cluster);
    const uint64_t free_ms = end->last_at_ms + cluster->nodes[end->node].read_gap_ms;
    end->last_at_ms = at_ms > free_ms ? at_ms : free_ms;
    cluster_schedule(cluster, end->last_at_ms, HAPPENING_FRAME, index_of(cluster, session) * 2 + to,
                     session->serial);
}

static void frame_forge(struct cluster *cluster, const struct cluster_end *end, struct bytes frame)
{
    static uint8_t forged[MESSAGE_BYTES_MAX];
    const struct cluster_hooks *hooks = &cluster->hooks;
    struct cluster_node *node = &cluster->nodes[end->node];
    if (hooks->forge == NULL || !cluster_chance(cluster, cluster->knobs.forge_odds)) {
        return;
    }
    const size_t size = hooks->forge(hooks->context, node, frame, forged);
    if (size > 0) {
        cluster->faults[FAULT_FORGED]++;
        (void)cluster_deliver(cluster, node, INPUT_MESSAGE, end->link, bytes_of(forged, size));
    }
}

static void frame_deliver(struct cluster *cluster, struct cluster_end *end,
                          const struct cluster_frame *frame)
{
    struct cluster_node *node = &cluster->nodes[end->node];
    const struct bytes bytes = bytes_of(frame->data, frame->size);
    if (frame->sent < node->newest_sent) {
        cluster->faults[FAULT_REORDER]++;
    } else {
        node->newest_sent = frame->sent;
    }
    frame_forge(cluster, end, bytes);
    (void)cluster_deliver(cluster, node, INPUT_MESSAGE, end->link, bytes);
    if (!is_hello(bytes) && cluster_chance(cluster, cluster->knobs.duplicate_odds)) {
        cluster->faults[FAULT_DUPLICATE]++;
        cluster_deliver(cluster, node, INPUT_MESSAGE, end->link, bytes)->is_copy = true;
    }
}

static bool is_held(const struct cluster *cluster, const struct cluster_session *session,
                    unsigned to)
{
    return cluster->is_clogged[session->ends[1 - to].node][session->ends[to].node];
}

/* What was held or waited to be read comes now, in its order. Some of it was to come later anyway:
 * that finds the queue shorter then. */
static void end_release(struct cluster *cluster, struct cluster_session *session, unsigned to)
{
    struct cluster_end *end = &session->ends[to];
    for (uint32_t i = 0; i < end->frames && session->is_alive; i++) {
        cluster_schedule(cluster, cluster->now_ms + frame_delay(cluster), HAPPENING_FRAME,
                         index_of(cluster, session) * 2 + to, session->serial);
    }
    end->last_at_ms = cluster->now_ms;
}

void cluster_clog(struct cluster *cluster, uint32_t from, uint32_t to, bool is_clogged)
{
    bool *is_now = &cluster->is_clogged[from][to];
    if (*is_now == is_clogged) {
        return;
    }
    *is_now = is_clogged;
    cluster->faults[FAULT_CLOG] += is_clogged ? 1 : 0;
    cluster_trace(cluster, &cluster->nodes[from], true, "%s gets through to %s",
                  is_clogged ? "nothing" : "all", cluster->nodes[to].name);
    if (!is_clogged) {
        end_release(cluster, session_of(cluster, from, to), 1);
        end_release(cluster, session_of(cluster, to, from), 0);
    }
}

void cluster_set_reading(struct cluster *cluster, uint32_t node, uint32_t gap_ms)
{
    const bool is_over = gap_ms == 0 && cluster->nodes[node].read_gap_ms > 0;
    cluster->nodes[node].read_gap_ms = gap_ms;
    cluster->faults[FAULT_SLOW_READER] += gap_ms > 0 ? 1 : 0;
    cluster_trace(cluster, &cluster->nodes[node], true, "takes a frame every %u ms", gap_ms);
    for (uint32_t peer = 0; is_over && peer < cluster->count; peer++) {
        end_release(cluster, session_of(cluster, peer, node), 1);
        end_release(cluster, session_of(cluster, node, peer), 0);
    }
}

/* The other end has closed: so has this one, when all before it is read. */
static void end_reached(struct cluster *cluster, struct cluster_session *session, unsigned side)
{
    struct cluster_end *end = &session->ends[side];
    if (end->is_up) {
        end->is_up = false;
        (void)cluster_deliver(cluster, &cluster->nodes[end->node], INPUT_LINK_DOWN, end->link,
                              bytes_of(NULL, 0));
    }
    session_break(cluster, session);
}

void cluster_net_frame(struct cluster *cluster, uint32_t index, uint64_t token)
{
    struct cluster_session *session = &cluster->sessions[index / 2];
    struct cluster_end *end = &session->ends[index % 2];
    if (session->serial != token || !session->is_alive || end->first == NULL) {
        return;
    }
    if (is_held(cluster, session, index % 2)) {
        cluster->faults[FAULT_HELD]++;
        return; /* end_release() */
    }
    if (cluster_chance(cluster, cluster->knobs.loss_odds)) {
        cluster->faults[FAULT_RESET]++;
        session_break(cluster, session);
        return;
    }
    struct cluster_frame *frame = end->first;
    end->first = frame->next;
    if (end->first == NULL) {
        end->last = NULL;
    }
    end->frames--;
    end->bytes -= frame->size;
    if (frame->is_end) {
        end_reached(cluster, session, index % 2);
    } else if (end->is_up) {
        frame_deliver(cluster, end, frame);
    }
    free(frame);
}

/* --- what a turn lets out --- */

void cluster_net_told(struct cluster *cluster, const struct cluster_node *node, uint32_t link,
                      uint64_t serial)
{
    struct cluster_session *session;
    end_of(cluster, node, link, &session)->told = serial;
}

/* Whether the connection that the replica means is still the one that is up. */
static bool is_meant(const struct cluster_session *session, const struct cluster_end *end)
{
    return end->is_up && end->told == session->serial;
}

static void link_send(struct cluster *cluster, struct cluster_node *node, uint32_t link,
                      struct bytes frame)
{
    struct cluster_session *session;
    struct cluster_end *end = end_of(cluster, node, link, &session);
    if (cluster->hooks.on_send != NULL && !node->is_liar) {
        cluster->hooks.on_send(cluster->hooks.context, node, link, frame);
    }
    if (is_meant(session, end) && session->is_alive) {
        frame_send(cluster, session, end == &session->ends[0] ? 1 : 0, frame, false);
    }
}

void cluster_net_send_one(struct cluster *cluster, struct cluster_node *node, uint32_t link,
                          struct bytes frame)
{
    link_send(cluster, node, link, frame);
}

void cluster_say(struct cluster *cluster, uint32_t node, uint32_t link, struct bytes frame)
{
    check(cluster->nodes[node].is_liar);
    link_send(cluster, &cluster->nodes[node], link, frame);
}

static void link_close(struct cluster *cluster, struct cluster_node *node,
                       const struct effect_close *close)
{
    struct cluster_session *session;
    struct cluster_end *end = end_of(cluster, node, close->link, &session);
    cluster_trace(cluster, node, false, "closes link %u: %s", close->link,
                  bye_reason_text(close->reason));
    if (!is_meant(session, end)) {
        return;
    }
    end->is_up = false;
    cluster_inbox_forget(node, close->link);
    if (close->reason == BYE_DUPLICATE) {
        session->is_yielding = true;
    }
    if (session->is_alive) {
        frame_send(cluster, session, end == &session->ends[0] ? 1 : 0, bytes_of(NULL, 0), true);
    } else if (end == &session->ends[0]) {
        redial(cluster, session);
    }
}

void cluster_net_send(struct cluster *cluster, struct cluster_node *node,
                      const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        link_send(cluster, node, effects->sends[i].link, effects->sends[i].frame);
    }
    for (uint32_t i = 0; i < effects->closes_count; i++) {
        link_close(cluster, node, &effects->closes[i]);
    }
}
