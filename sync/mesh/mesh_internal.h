/* mesh_internal.h - what the files of the mesh share: link.c (sessions), claims.c (what peers
 * have), flow.c (the end of a turn), send.c (events to peers), forward.c (other devices' events to
 * peers), pull.c (asking).
 */
#ifndef TRESTLE_SYNC_MESH_MESH_INTERNAL_H
#define TRESTLE_SYNC_MESH_MESH_INTERNAL_H

#include "sync/mesh/mesh.h"

/* All own heads, ascending. @claims has room for LOGS_MAX. */
uint32_t claims_of_all(const struct mesh *mesh, struct head_claim *claims);

/* The peer has just been told every head. */
void link_told_all(const struct mesh *mesh, struct link *link);

/* After HELLO: a peer that has all of the own log gets pushes; any other has to ask first. */
void link_start_push(const struct mesh *mesh, struct link *link);

/* Whoever the present blob is fetched from, it is begun anew with somebody else. */
void fetch_leave(struct fetch *fetch);
/* Between two regular statuses to the same peer. */
uint64_t mesh_status_interval_ms(const struct mesh *mesh);

void mesh_clear_acknowledgements(struct link *link);

/* At the latest at @due_ms the peer gets a status. */
void mesh_hasten_status(struct link *link, uint64_t due_ms);

/* --- claims.c --- */

/* What the peer claims of a log that is unknown here; NULL when nothing. */
struct unknown_log *mesh_unknown_find(struct link *link, uint64_t log);
/* What the peer has of the log is another branch perhaps: the replica looks for a proof. */
void mesh_suspect_note(struct mesh *mesh, struct link *link, uint32_t slot, uint64_t seq);
/* Take the heads in mesh->message. ERR_IO. */
MUST_CHECK int mesh_take_claims(struct mesh *mesh, struct store_txn *txn, struct link *link,
                                bool is_hello, struct moment now, struct effects *out);
/* Whether the peer's digest fits what we believe it has. */
bool mesh_digest_fits(const struct mesh *mesh, const struct link *link, const uint8_t *digest);

/* --- send.c --- */

/* What a turn sends events with. The newest frame is kept: several links may get it. */
struct sender {
    struct mesh *mesh;
    struct store_txn *txn;
    struct effects *out;
    struct run *run; /* scratch */
    struct moment now;
    bool is_live;
    uint64_t budget_bytes; /* for answering pulls in this turn */
    uint64_t log, first_seq, last_seq;
    struct bytes frame; /* empty = none yet */
};

/* All that is new of the log from the link's next_seq on, in one frame or as far as one goes.
 * ERR_BUSY: the turn's effects are full. ERR_IO. */
MUST_CHECK int mesh_events_send(struct sender *sender, uint32_t at, uint32_t slot);

/* The own log's new runs; answers to WANTs. ERR_IO. */
MUST_CHECK int mesh_push(struct sender *sender);
MUST_CHECK int mesh_serve(struct sender *sender);

/* --- forward.c --- */

/* The set of neighbours changed: all are told. */
void mesh_neighbours_changed(struct mesh *mesh);
/* Take the neighbours that the peer told in mesh->message. */
void mesh_take_neighbours(const struct mesh *mesh, struct link *link);
/* Whether what @teller tells of may be on its way through @link. */
bool mesh_may_forward(const struct mesh *mesh, const struct link *link, const struct link *teller);
/* The peer's status was taken: what it lacks for long it is given without being asked. */
void mesh_note_lag(struct mesh *mesh, struct link *link, struct moment now);
/* Send that. ERR_IO. */
MUST_CHECK int mesh_give(struct sender *sender);
/* What came live in this turn, to those whom nobody else gives it. ERR_IO. */
MUST_CHECK int mesh_forward(struct sender *sender);

/* --- presence.c --- */

/* Take the EPH in mesh->message, which came over link @at. */
void mesh_take_ephemeral(struct mesh *mesh, const struct roster *roster, uint32_t at,
                         struct moment now, struct effects *out);
/* Link @at is ready: it is told all that is known of the moment. */
void mesh_tell_newcomer(struct mesh *mesh, uint32_t at);
/* Link @at is gone. */
void mesh_forget_due(struct mesh *mesh, uint32_t at);
/* Forget what is old, tell what is new. */
void mesh_seal_ephemeral(struct mesh *mesh, struct moment now, struct effects *out);

/* --- pull.c --- */

/* Choose sources and ask. */
void mesh_pull(struct mesh *mesh, struct moment now, struct effects *out);
uint64_t mesh_pull_deadline_ms(const struct mesh *mesh, uint32_t slot);
bool mesh_is_asked_of(const struct unknown_log *unknown, struct moment now);

#endif
