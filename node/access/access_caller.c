/* Who asks: by the entrance, by what was brought, and by what the roster says of it now. */
#include "node/access/access_parts.h"

#include <string.h>

#include "node/access/forwarded.h"
#include "node/os/clock.h"

/* Idempotency keys belong to a session. Whoever works at the stall shares one, the same on all
 * devices, so that a retry at another device, or by who took over, is the same order. */
enum { SESSION_OF_THE_STALL = 1 };

/* --- whose tokens count --- */

/* What is known of device @id without its key: deriving ours costs more than all else here. */
static bool issuer_stands(const struct gate_live *live, uint64_t id, int64_t *ret_clock_ahead_s)
{
    const struct gate_peer *peer = gate_peer_find(live, id);
    *ret_clock_ahead_s = 0;
    if (id == live->device) {
        return !live->is_revoked;
    }
    if (peer != NULL) {
        *ret_clock_ahead_s = peer->clock_offset_ms / 1000;
    }
    return peer != NULL && !peer->is_revoked;
}

bool access_signer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    const struct issuers *issuers = context;
    const struct gate_peer *peer = gate_peer_find(issuers->live, id);
    if (id == issuers->live->device) {
        *ret_issuer =
            (struct token_issuer){.key = signing_public(&issuers->access->identity->device_secret)};
    } else if (peer != NULL) {
        *ret_issuer = (struct token_issuer){.key = peer->device_key,
                                            .clock_ahead_s = peer->clock_offset_ms / 1000};
    }
    return id == issuers->live->device || peer != NULL;
}

/* Whoever signs must be in the pop-up still. */
static bool issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    const struct issuers *issuers = context;
    int64_t clock_ahead_s;
    if (!issuer_stands(issuers->live, id, &clock_ahead_s)) {
        return false;
    }
    return access_signer_find(context, id, ret_issuer);
}

/* --- who that is --- */

/* At a gateway nobody works. Whoever has its files looks after it, and reads what staff read. */
static uint64_t keeper_capabilities(const struct gate_live *live, enum entrance entrance)
{
    const bool is_keeper = entrance == ENTRANCE_CONTROL && live->role == ROLE_GATEWAY;
    return is_keeper ? capability_bit(CAP_READ_BOARDS) | capability_bit(CAP_READ_REPORTS) : 0;
}

/* With the device's role, or the owner's where the device may add others. */
static void caller_screen(const struct gate_live *live, enum entrance entrance,
                          struct caller *ret_caller)
{
    bool is_owner = (live->capabilities & capability_bit(CAP_ROSTER)) != 0;
    const enum role role = is_owner ? ROLE_OWNER : live->role;
    *ret_caller = (struct caller){.kind = CALLER_SCREEN,
                                  .entrance = entrance,
                                  .principal = {.session = SESSION_OF_THE_STALL, .role = role},
                                  .capabilities = role_person_capabilities(role) |
                                                  keeper_capabilities(live, entrance)};
}

const struct roster_person *access_person_find(const struct gate_live *live, uint64_t staff)
{
    for (uint32_t i = 0; i < live->people_count; i++) {
        if (live->people[i].staff == staff) {
            return &live->people[i];
        }
    }
    return NULL;
}

/* A gateway is given no PINs and signs nobody in; it is the one that a stranger can reach. */
static bool signs_people_in(const struct gate_live *live, uint64_t issuer)
{
    const struct gate_peer *peer = gate_peer_find(live, issuer);
    return peer == NULL || peer->role != ROLE_GATEWAY;
}

int access_person(const struct gate_live *live, struct caller *caller)
{
    const struct token *token = &caller->token;
    const struct roster_person *person = access_person_find(live, token->subject);
    if (person == NULL || person->role != token->role || !signs_people_in(live, token->issuer)) {
        return ERR_UNAUTHENTICATED;
    }
    caller->kind = CALLER_PERSON;
    caller->principal = (struct principal){
        .session = SESSION_OF_THE_STALL, .role = person->role, .staff = person->staff};
    caller->capabilities = person->capabilities & role_person_capabilities(person->role);
    return 0;
}

int access_guest(struct caller *caller)
{
    const struct token *token = &caller->token;
    if (token->role != ROLE_CUSTOMER) {
        return ERR_UNAUTHENTICATED;
    }
    caller->kind = CALLER_CUSTOMER;
    caller->principal =
        (struct principal){.session = get_be64(token->number), .role = ROLE_CUSTOMER};
    caller->capabilities = role_person_capabilities(ROLE_CUSTOMER);
    return 0;
}

static int caller_of_token(const struct access *access, const struct gate_live *live,
                           struct caller *caller)
{
    if (signed_out_has(access->signed_out, &caller->token)) {
        return ERR_UNAUTHENTICATED;
    }
    return caller->token.audience == AUDIENCE_STAFF ? access_person(live, caller)
                                                    : access_guest(caller);
}

static int token_of(const struct access *access, const struct gate_live *live,
                    struct bytes authorization, struct token *ret_token)
{
    static const char scheme[] = "Bearer ";
    const size_t scheme_size = sizeof scheme - 1;
    const struct issuers issuers = {.access = access, .live = live};
    const struct token_terms terms = {.popup = access->identity->popup,
                                      .audiences = token_audience_bit(AUDIENCE_STAFF) |
                                                   token_audience_bit(AUDIENCE_CUSTOMER),
                                      .now_s = clock_wall_ms() / 1000,
                                      .issuer_find = issuer_find,
                                      .context = &issuers};
    if (authorization.size <= scheme_size || memcmp(authorization.data, scheme, scheme_size) != 0) {
        return ERR_MALFORMED;
    }
    return token_check(bytes_of(authorization.data + scheme_size, authorization.size - scheme_size),
                       &terms, ret_token);
}

/* Who brings nothing: the device's own screen, a tool of its owner, or anybody. */
static void caller_without(const struct access *access, const struct gate_live *live,
                           enum entrance entrance, struct caller *ret_caller)
{
    const bool is_locked = access != NULL && access->is_screen_locked;
    *ret_caller = (struct caller){.kind = CALLER_NOBODY};
    if (entrance == ENTRANCE_CONTROL || (entrance == ENTRANCE_LOOPBACK && !is_locked)) {
        caller_screen(live, entrance, ret_caller);
    }
}

static int caller_of_authorization(const struct access *access, const struct gate_live *live,
                                   const struct access_request *request, struct caller *caller)
{
    if (token_of(access, live, request->authorization, &caller->token) != 0) {
        return ERR_UNAUTHENTICATED;
    }
    if (caller->token.audience == AUDIENCE_STAFF && !entrance_is_private(request->entrance)) {
        return ERR_FORBIDDEN;
    }
    return caller_of_token(access, live, caller);
}

/* What it says was true when it was given: whether it still is, is asked again. */
static int caller_of_ticket(struct access *access, const struct gate_live *live,
                            struct bytes ticket, struct caller *caller)
{
    const bool is_good = tickets_take(&access->tickets, ticket, clock_mono_ms(), caller);
    return is_good && access_stands(access, live, caller) ? 0 : ERR_UNAUTHENTICATED;
}

int access_caller(struct access *access, const struct gate_live *live,
                  const struct access_request *request, struct caller *ret_caller)
{
    struct caller caller = {.kind = CALLER_NOBODY};
    const bool has_ticket = request->ticket.size > 0;
    *ret_caller = caller;
    if (request->authorization.size == 0 && !has_ticket) {
        caller_without(access, live, request->entrance, ret_caller);
        return 0;
    }
    if (access == NULL) {
        return ERR_UNAUTHENTICATED;
    }
    const int err = has_ticket ? caller_of_ticket(access, live, request->ticket, &caller)
                               : caller_of_authorization(access, live, request, &caller);
    if (err == 0) {
        *ret_caller = caller;
        ret_caller->principal.origin = peer_network(request->address);
    }
    return err;
}

bool access_stands(const struct access *access, const struct gate_live *live,
                   const struct caller *caller)
{
    struct caller again = *caller;
    int64_t clock_ahead_s;
    if (caller->kind == CALLER_SCREEN) {
        caller_screen(live, caller->entrance, &again);
        return again.capabilities == caller->capabilities;
    }
    return caller->kind != CALLER_NOBODY &&
           issuer_stands(live, caller->token.issuer, &clock_ahead_s) &&
           clock_wall_ms() / 1000 + clock_ahead_s < caller->token.expires_s &&
           caller_of_token(access, live, &again) == 0;
}
