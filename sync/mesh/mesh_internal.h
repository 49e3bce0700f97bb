/* mesh_internal.h - what link.c (sessions and claims) and flow.c (the end of a turn) share. */
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

#endif
