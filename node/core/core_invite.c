/* Whom this device invites, and how people get at that: commands over the control socket, and
 * screens through the gate. There is one invitation at a time, and one door for both. */
#include <stdio.h>
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum { REFUSAL_BYTES_MAX = NAME_BYTES_MAX + 160 };

/* --- whom --- */

/* Ours is taken also where the disk spoilt what says so in the roster. */
static bool lane_is_free(const struct core *core, const char *lane)
{
    const struct roster *roster = replica_roster(core->replica);
    for (uint32_t i = 0; lane[0] != '\0' && i < roster->devices_count; i++) {
        if (strcmp(roster->devices[i].certificate.lane, lane) == 0) {
            return false;
        }
    }
    return lane[0] == '\0' || strcmp(core->identity->certificate.lane, lane) != 0;
}

static bool lane_is_clean(const char *lane)
{
    size_t size = strlen(lane);
    return size <= LANE_BYTES_MAX && strspn(lane, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == size;
}

/* The place to knock: as set, or where we listen, on any free port. */
static void enrol_listen(const struct core *core, char *to)
{
    const char *listen = core->settings->listen;
    const char *colon = strrchr(listen, ':');
    if (core->settings->enrol[0] != '\0') {
        (void)snprintf(to, ENDPOINT_BYTES_MAX, "%s", core->settings->enrol);
    } else if (strcmp(listen, "none") == 0 || colon == NULL) {
        (void)snprintf(to, ENDPOINT_BYTES_MAX, "tcp://127.0.0.1:*");
    } else {
        (void)snprintf(to, ENDPOINT_BYTES_MAX, "%.*s:*", (int)(colon - listen), listen);
    }
}

/* A device that can sign such papers with its own key; NULL when nobody is known to. */
static const char *granter_name(const struct core *core, uint64_t capabilities)
{
    const struct roster *roster = replica_roster(core->replica);
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (device->id != core->identity->device && !device->is_revoked && !device->is_retired &&
            certificate_grants(&device->certificate, capabilities) == 0) {
            return device->certificate.name;
        }
    }
    return NULL;
}

/* What this device signs must verify at every other one: whoever lacks the root grants what it has
 * got from there, and nothing else. NULL, or why not, which may be written to @text. */
static const char *grant_refusal(const struct core *core, enum role role,
                                 char text[REFUSAL_BYTES_MAX])
{
    struct bytes chain;
    const struct certificate *papers = replica_papers(core->replica, &chain);
    const uint64_t wanted = role_device_capabilities(role);
    if ((core_capabilities(core) & capability_bit(CAP_ROSTER)) == 0) {
        return "this device may not add others; ask at the one that made the pop-up";
    }
    const int err = core->identity->has_root ? 0 : certificate_grants(papers, wanted);
    if (err == 0) {
        return NULL;
    }
    const char *other = granter_name(core, wanted);
    other = other != NULL ? other : "the device that made the pop-up";
    if (err == ERR_TOO_MANY) {
        (void)snprintf(
            text, REFUSAL_BYTES_MAX,
            "an admin's device brought this one in, so it may add no others; invite at %s", other);
    } else {
        (void)snprintf(text, REFUSAL_BYTES_MAX,
                       "this device may not add one of role %s; invite it at %s", role_text(role),
                       other);
    }
    return text;
}

/* NULL, or why not, which may be written to @text. */
static const char *invite_refusal(const struct core *core, const struct invite_wish *wish,
                                  char text[REFUSAL_BYTES_MAX])
{
    if (!core->is_open) {
        return "the store takes nothing now";
    }
    if (wish->role == ROLE_NONE) {
        return "there is no such role";
    }
    if (!lane_is_clean(wish->lane)) {
        return "a lane is one to three letters A-Z";
    }
    if (!lane_is_free(core, wish->lane)) {
        return "another device has this lane; choose another letter";
    }
    return grant_refusal(core, wish->role, text);
}

static void door_prepare(struct core *core, const struct invite_wish *wish)
{
    struct enrolling *enrolling = &core->enrolling;
    enrolling->is_open = true;
    enrolling->is_pairing = wish->is_pairing;
    enrolling->until_ms = clock_mono_ms() + UINT64_C(1000) * INVITATION_SECONDS;
    enrolling->role = wish->role;
    memcpy(enrolling->lane, wish->lane, sizeof enrolling->lane);
    memcpy(enrolling->name, wish->name, sizeof enrolling->name);
    enrolling->invitation =
        (struct invitation){.popup = core->identity->popup,
                            .inviter = transport_public(&core->identity->transport_secret),
                            .expires_s = clock_wall_ms() / 1000 + INVITATION_SECONDS};
    entropy_bytes(enrolling->invitation.secret, sizeof enrolling->invitation.secret);
    core_enrol_endpoint(core, enrolling->invitation.endpoint);
}

/* The invitation, or of pairing where to knock, in @ret_text (INVITATION_TEXT_BYTES_MAX). */
static int invitation_open(struct core *core, const struct invite_wish *wish, char *ret_text)
{
    char listen[ENDPOINT_BYTES_MAX];
    struct transport_secret door = pair_door_key();
    core_invitation_close(core, "a new one was asked for");
    enrol_listen(core, listen);
    int err = transport_enrol_open(core->transport, listen, wish->is_pairing ? &door : NULL);
    if (err != 0) {
        return err;
    }
    core->joined = 0;
    door_prepare(core, wish);
    if (wish->is_pairing) {
        (void)snprintf(ret_text, INVITATION_TEXT_BYTES_MAX, "%s",
                       core->enrolling.invitation.endpoint);
    } else {
        err = invitation_encode(&core->enrolling.invitation, ret_text);
    }
    if (err != 0) {
        core_invitation_close(core, err_text(err));
    }
    return err;
}

/* 0, or why not in @ret_text. */
static int invite(struct core *core, const struct invite_wish *wish,
                  char ret_text[INVITATION_TEXT_BYTES_MAX])
{
    char reason[REFUSAL_BYTES_MAX];
    const char *refusal = invite_refusal(core, wish, reason);
    const int err = refusal == NULL ? invitation_open(core, wish, ret_text) : ERR_STATE;
    if (err == 0) {
        logger_say(LEVEL_NOTICE, "mesh", "an invitation for a %s is open at %s",
                   role_text(wish->role), core->enrolling.invitation.endpoint);
    } else {
        (void)snprintf(ret_text, INVITATION_TEXT_BYTES_MAX, "%s",
                       refusal != NULL ? refusal : err_text(err));
    }
    return err;
}

/* --- what people say of digits --- */

/* Those that they saw, so that nobody agrees to others. ERR_STATE. */
static int digits_compared(struct core *core, const char *digits, bool is_same)
{
    struct enrolling *enrolling = &core->enrolling;
    struct pairing *pairing = &enrolling->pairing;
    if (!enrolling->is_open || !pairing->is_shown || strcmp(digits, pairing->paired.digits) != 0) {
        return ERR_STATE;
    }
    if (is_same) {
        pairing->is_agreed = true;
        enrolling->invitation.popup = pairing->paired.invitation.popup;
        enrolling->invitation.inviter = pairing->paired.invitation.inviter;
        memcpy(enrolling->invitation.secret, pairing->paired.invitation.secret,
               sizeof enrolling->invitation.secret);
        return 0;
    }
    enrolling->caller = pairing->shown;
    core_newcomer_refuse(core, BYE_UNKNOWN);
    pairing_refuse(pairing);
    core_try_count(core, "somebody's digits were others");
    return 0;
}

/* --- at the keyboard --- */

/* NULL, or why it is no wish. */
static const char *wish_read(const struct control_request *request, struct invite_wish *ret_wish)
{
    if (request->count != 4) {
        return "invite takes a role, a lane and a name";
    }
    if (strlen(request->words[2]) > LANE_BYTES_MAX) {
        return "a lane is one to three letters A-Z";
    }
    if (strlen(request->words[3]) > NAME_BYTES_MAX) {
        return "the name is too long";
    }
    *ret_wish = (struct invite_wish){.is_pairing = strcmp(request->words[0], "pair") == 0,
                                     .role = role_of_text(request->words[1])};
    (void)snprintf(ret_wish->lane, sizeof ret_wish->lane, "%.3s", request->words[2]);
    (void)snprintf(ret_wish->name, sizeof ret_wish->name, "%.80s", request->words[3]);
    return NULL;
}

static void serve_invite(struct core *core, const struct control_request *request, int client)
{
    char text[INVITATION_TEXT_BYTES_MAX];
    struct invite_wish wish;
    const char *mistake = wish_read(request, &wish);
    const int err = mistake == NULL ? invite(core, &wish, text) : ERR_STATE;
    control_answer(client, err, mistake == NULL ? text : mistake);
    entropy_wipe(text, sizeof text);
}

/* Where the pairing is: "" while nobody is there, "digits name" when people are to compare,
 * "joined DEVICE" at its end. */
static void serve_pairing(struct core *core, int client)
{
    char text[NAME_BYTES_MAX + 32] = "";
    const struct enrolling *enrolling = &core->enrolling;
    const bool is_open = enrolling->is_open && enrolling->is_pairing;
    if (!is_open && core->joined == 0) {
        control_answer(client, ERR_STATE, "the pairing is over; nobody joined");
        return;
    }
    if (!is_open) {
        (void)snprintf(text, sizeof text, "joined %016llx", (unsigned long long)core->joined);
    } else if (enrolling->pairing.is_shown && !enrolling->pairing.is_agreed) {
        (void)snprintf(text, sizeof text, "%s %s", enrolling->pairing.paired.digits,
                       enrolling->pairing.paired.name);
    }
    control_answer(client, 0, text);
}

/* pair-answer DIGITS yes|no */
static void serve_pair_answer(struct core *core, const struct control_request *request, int client)
{
    const bool is_same = strcmp(request->words[2], "yes") == 0;
    const int err =
        request->count == 3 ? digits_compared(core, request->words[1], is_same) : ERR_STATE;
    control_answer(client, err, err == 0 ? "" : "these digits are not being compared");
}

void core_serve_control(struct core *core)
{
    struct control_request request;
    int client = -1;
    while (control_next(&core->control, &request, &client)) {
        if (strcmp(request.words[0], "invite") == 0 || strcmp(request.words[0], "pair") == 0) {
            serve_invite(core, &request, client);
        } else if (strcmp(request.words[0], "pairing") == 0) {
            serve_pairing(core, client);
        } else if (strcmp(request.words[0], "pair-answer") == 0) {
            serve_pair_answer(core, &request, client);
        } else {
            control_answer(client, ERR_NOT_FOUND, "the running node does not know this request");
        }
    }
}

/* --- at screens --- */

/* What was said since the last turn; what it was is forgotten. */
static struct core_invite asked_take(struct core *core)
{
    struct core_invite *own = &core->invite;
    (void)pthread_mutex_lock(&core->lock);
    const struct core_invite asked = *own;
    own->is_asked = own->is_compared = own->is_ended = false;
    (void)pthread_mutex_unlock(&core->lock);
    return asked;
}

static void screen_invites(struct core *core, const struct invite_wish *wish)
{
    struct invite_view *telling = &core->invite.telling;
    char text[INVITATION_TEXT_BYTES_MAX];
    const int err = invite(core, wish, text);
    *telling =
        (struct invite_view){.state = err == 0 ? INVITE_OPEN : INVITE_REFUSED, .wish = *wish};
    core->enrolling.is_shown = err == 0;
    memcpy(telling->text, text, sizeof telling->text);
    entropy_wipe(text, sizeof text);
}

void core_serve_invite(struct core *core)
{
    struct core_invite asked = asked_take(core);
    if (asked.is_ended) {
        core_invitation_close(core, "a person ended it");
        core->invite.telling = (struct invite_view){.state = INVITE_NONE};
    }
    if (asked.is_asked) {
        screen_invites(core, &asked.wish);
    }
    if (asked.is_compared) {
        (void)digits_compared(core, asked.digits, asked.is_same); /* what is so now is shown */
    }
    entropy_wipe(&asked, sizeof asked);
}

void core_invite_ended(struct core *core, const char *why)
{
    struct invite_view *telling = &core->invite.telling;
    const struct invite_wish wish = telling->wish;
    entropy_wipe(telling, sizeof *telling);
    *telling = (struct invite_view){.state = core->joined != 0 ? INVITE_JOINED : INVITE_OVER,
                                    .wish = wish,
                                    .device = core->joined};
    (void)snprintf(telling->text, sizeof telling->text, "%s", why);
}

static enum invite_state state_of(const struct enrolling *enrolling)
{
    return !enrolling->pairing.is_shown   ? INVITE_OPEN
           : enrolling->pairing.is_agreed ? INVITE_AGREED
                                          : INVITE_COMPARE;
}

/* Of one that is open. */
static void telling_fill(const struct enrolling *enrolling, struct invite_view *telling)
{
    telling->state = state_of(enrolling);
    telling->wish =
        (struct invite_wish){.is_pairing = enrolling->is_pairing, .role = enrolling->role};
    memcpy(telling->wish.lane, enrolling->lane, sizeof telling->wish.lane);
    memcpy(telling->wish.name, enrolling->name, sizeof telling->wish.name);
    telling->until_ms = enrolling->until_ms;
    telling->tries = INVITATION_TRIES_MAX - enrolling->tries;
    memcpy(telling->place, enrolling->invitation.endpoint, sizeof telling->place);
    memcpy(telling->digits, enrolling->pairing.paired.digits, sizeof telling->digits);
    memcpy(telling->newcomer, enrolling->pairing.paired.name, sizeof telling->newcomer);
    if (!enrolling->is_shown) {
        telling->text[0] = '\0';
    }
}

void core_invite_tell(struct core *core)
{
    struct core_invite *own = &core->invite;
    if (core->enrolling.is_open) {
        telling_fill(&core->enrolling, &own->telling);
    }
    (void)pthread_mutex_lock(&core->lock);
    if (!own->is_asked && !own->is_ended) { /* who asked meanwhile is not shown what was before */
        own->view = own->telling;
    }
    (void)pthread_mutex_unlock(&core->lock);
}

void core_invite_ask(struct core *core, const struct invite_wish *wish)
{
    struct core_invite *own = &core->invite;
    (void)pthread_mutex_lock(&core->lock);
    own->is_asked = true;
    own->is_compared = own->is_ended = false;
    own->wish = *wish;
    own->view = (struct invite_view){.state = INVITE_ASKED, .wish = *wish};
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
}

int core_invite_compare(struct core *core, const char *digits, bool is_same)
{
    struct core_invite *own = &core->invite;
    (void)pthread_mutex_lock(&core->lock);
    const bool is_so = own->view.state == INVITE_COMPARE && strcmp(own->view.digits, digits) == 0;
    if (is_so) {
        own->is_compared = true;
        own->is_same = is_same;
        (void)snprintf(own->digits, sizeof own->digits, "%s", digits);
    }
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
    return is_so ? 0 : ERR_STATE;
}

void core_invite_end(struct core *core)
{
    struct core_invite *own = &core->invite;
    (void)pthread_mutex_lock(&core->lock);
    own->is_asked = own->is_compared = false;
    own->is_ended = true;
    own->view = (struct invite_view){.state = INVITE_NONE};
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
}

void core_invite_look(struct core *core, struct invite_view *ret_view)
{
    (void)pthread_mutex_lock(&core->lock);
    *ret_view = core->invite.view;
    (void)pthread_mutex_unlock(&core->lock);
}
