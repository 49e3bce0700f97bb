/* Newcomers: one invitation at a time, for one use, five minutes and three tries. The newcomer's
 * certificate is in the journal before it is handed out. */
#include <stdio.h>
#include <string.h>

#include "node/core/core_state.h"
#include "node/core/introduce.h"
#include "node/os/clock.h"

enum { REFUSAL_BYTES_MAX = NAME_BYTES_MAX + 160 };

static void invitation_close(struct core *core, const char *why)
{
    if (!core->enrolling.is_open) {
        return;
    }
    logger_say(LEVEL_NOTICE, "mesh", "the invitation is closed: %s", why);
    transport_enrol_close(core->transport);
    entropy_wipe(&core->enrolling, sizeof core->enrolling);
    core->enrolling = (struct enrolling){.is_open = false};
}

static void newcomer_refuse(struct core *core, enum bye_reason reason)
{
    uint8_t frame[BYE_FRAME_BYTES_MAX];
    transport_enrol_reply(core->transport, &core->enrolling.caller, core_bye(reason, frame));
}

static void try_count(struct core *core, const char *what)
{
    logger_say(LEVEL_WARNING, "mesh", "a newcomer was refused: %s", what);
    if (++core->enrolling.tries >= INVITATION_TRIES_MAX) {
        invitation_close(core, "too many wrong tries");
    }
}

void core_enrol_expire(struct core *core)
{
    if (core->enrolling.is_open && clock_mono_ms() >= core->enrolling.until_ms) {
        invitation_close(core, "its time is over");
    }
}

/* --- inviting --- */

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
static const char *invite_refusal(const struct core *core, const struct control_request *request,
                                  char text[REFUSAL_BYTES_MAX])
{
    if (request->count != 4) {
        return "invite takes a role, a lane and a name";
    }
    if (!core->is_open) {
        return "the store takes nothing now";
    }
    if (role_of_text(request->words[1]) == ROLE_NONE) {
        return "there is no such role";
    }
    if (!lane_is_clean(request->words[2])) {
        return "a lane is one to three letters A-Z";
    }
    if (!lane_is_free(core, request->words[2])) {
        return "another device has this lane; choose another letter";
    }
    if (strlen(request->words[3]) > NAME_BYTES_MAX) {
        return "the name is too long";
    }
    return grant_refusal(core, role_of_text(request->words[1]), text);
}

static int invitation_open(struct core *core, const struct control_request *request, char *ret_text)
{
    struct enrolling *enrolling = &core->enrolling;
    char listen[ENDPOINT_BYTES_MAX];
    struct transport_secret door = pair_door_key();
    bool is_pairing = strcmp(request->words[0], "pair") == 0;
    invitation_close(core, "a new one was asked for");
    enrol_listen(core, listen);
    int err = transport_enrol_open(core->transport, listen, is_pairing ? &door : NULL);
    if (err != 0) {
        return err;
    }
    core->joined = 0;
    enrolling->is_open = true;
    enrolling->is_pairing = is_pairing;
    enrolling->until_ms = clock_mono_ms() + UINT64_C(1000) * INVITATION_SECONDS;
    enrolling->role = role_of_text(request->words[1]);
    (void)snprintf(enrolling->lane, sizeof enrolling->lane, "%.3s", request->words[2]);
    (void)snprintf(enrolling->name, sizeof enrolling->name, "%.80s", request->words[3]);
    enrolling->invitation =
        (struct invitation){.popup = core->identity->popup,
                            .inviter = transport_public(&core->identity->transport_secret),
                            .expires_s = clock_wall_ms() / 1000 + INVITATION_SECONDS};
    entropy_bytes(enrolling->invitation.secret, sizeof enrolling->invitation.secret);
    core_enrol_endpoint(core, enrolling->invitation.endpoint);
    if (is_pairing) {
        (void)snprintf(ret_text, INVITATION_TEXT_BYTES_MAX, "%s", enrolling->invitation.endpoint);
    } else {
        err = invitation_encode(&enrolling->invitation, ret_text);
    }
    if (err != 0) {
        invitation_close(core, err_text(err));
    }
    return err;
}

static void serve_invite(struct core *core, const struct control_request *request, int client)
{
    char text[INVITATION_TEXT_BYTES_MAX];
    char reason[REFUSAL_BYTES_MAX];
    const char *refusal = invite_refusal(core, request, reason);
    int err = refusal == NULL ? invitation_open(core, request, text) : ERR_STATE;
    if (err == 0) {
        logger_say(LEVEL_NOTICE, "mesh", "an invitation for a %s is open at %s", request->words[1],
                   core->enrolling.invitation.endpoint);
    }
    control_answer(client, err, err == 0 ? text : refusal != NULL ? refusal : err_text(err));
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

/* pair-answer DIGITS yes|no: the digits, so that nobody agrees to others than he saw. */
static void serve_pair_answer(struct core *core, const struct control_request *request, int client)
{
    struct enrolling *enrolling = &core->enrolling;
    struct pairing *pairing = &enrolling->pairing;
    if (request->count != 3 || !enrolling->is_open || !pairing->is_shown ||
        strcmp(request->words[1], pairing->paired.digits) != 0) {
        control_answer(client, ERR_STATE, "these digits are not being compared");
        return;
    }
    control_answer(client, 0, "");
    if (strcmp(request->words[2], "yes") == 0) {
        pairing->is_agreed = true;
        enrolling->invitation.popup = pairing->paired.invitation.popup;
        enrolling->invitation.inviter = pairing->paired.invitation.inviter;
        memcpy(enrolling->invitation.secret, pairing->paired.invitation.secret,
               sizeof enrolling->invitation.secret);
        return;
    }
    enrolling->caller = pairing->shown;
    newcomer_refuse(core, BYE_UNKNOWN);
    pairing_refuse(pairing);
    try_count(core, "somebody's digits were others");
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

/* --- a newcomer --- */

/* As the inviter says, else as it calls itself, else what it is. */
static const char *newcomer_name(const struct enrolling *enrolling)
{
    if (enrolling->name[0] != '\0') {
        return enrolling->name;
    }
    return enrolling->hello.name[0] != '\0' ? enrolling->hello.name : role_text(enrolling->role);
}

/* By the root's key where it is, else by our own and the papers that we go by now. */
static int papers_sign(const struct core *core, const struct certificate *certificate, void *buffer,
                       struct bytes *ret_chain)
{
    struct bytes own;
    if (core->identity->has_root) {
        return identity_issue(core->identity, certificate, buffer, ret_chain);
    }
    (void)replica_papers(core->replica, &own);
    return certificate_issue(certificate, &core->identity->device_secret, &own, buffer,
                             CERT_CHAIN_BYTES_MAX, ret_chain);
}

static int newcomer_certify(struct core *core)
{
    struct enrolling *enrolling = &core->enrolling;
    const struct enrol_hello *hello = &enrolling->hello;
    int64_t since_epoch_ms = clock_wall_ms() - core->identity->epoch_ms;
    const char *name = newcomer_name(enrolling);
    struct certificate certificate = {.popup = core->identity->popup,
                                      .device_key = hello->device_key,
                                      .transport_key = hello->transport_key,
                                      .role = enrolling->role,
                                      .capabilities = role_device_capabilities(enrolling->role),
                                      .lane_size = (uint8_t)strlen(enrolling->lane),
                                      .name_size = (uint8_t)strlen(name),
                                      .issued =
                                          since_epoch_ms > 0 ? (uint64_t)since_epoch_ms / 1000 : 0};
    memcpy(certificate.lane, enrolling->lane, sizeof certificate.lane);
    (void)snprintf(certificate.name, sizeof certificate.name, "%s", name);
    struct bytes chain;
    struct book_entry *newcomer = &enrolling->newcomer;
    *newcomer = (struct book_entry){.device = id64_of_key(&hello->device_key)};
    int err = papers_sign(core, &certificate, newcomer->chain, &chain);
    if (err != 0) {
        return err;
    }
    newcomer->chain_size = chain.size;
    memcpy(newcomer->endpoint, hello->endpoint, sizeof newcomer->endpoint);
    return 0;
}

/* Whether it is a hello of the newcomer whose digits people found alike; otherwise it is taken
 * here. */
static bool pair_event(struct core *core, const struct transport_event *event)
{
    struct pairing *pairing = &core->enrolling.pairing;
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes answer;
    if (pairing->is_shown && routing_equal(&event->caller, &pairing->shown)) {
        return pairing->is_agreed;
    }
    const struct pair_host host = {.popup = core->identity->popup,
                                   .secret = &core->identity->transport_secret};
    const struct pair_speaker speaker = {.routing = event->caller, .key = event->key};
    if (pairing_hear(pairing, &host, &speaker, event->frame, buffer, &answer)) {
        transport_enrol_reply(core->transport, &event->caller, answer);
    }
    return false;
}

void core_enrol_event(struct core *core, const struct transport_event *event)
{
    struct enrolling *enrolling = &core->enrolling;
    if (!enrolling->is_open) {
        return;
    }
    if (enrolling->is_pairing && !pair_event(core, event)) {
        return;
    }
    enrolling->caller = event->caller;
    int err = enrol_hello_decode(&enrolling->invitation, event->frame, &enrolling->hello);
    if (err == 0 && memcmp(enrolling->hello.transport_key.bytes, event->key.bytes,
                           sizeof event->key.bytes) != 0) {
        err = ERR_FORBIDDEN; /* the connection proved another key */
    }
    if (err == 0) {
        err = newcomer_certify(core);
    }
    if (err == 0) {
        enrolling->is_pending = true;
        enrolling->command = (struct command){
            .kind = COMMAND_DEVICE_ADD,
            .principal = {.role = ROLE_OWNER},
            .chain = bytes_of(enrolling->newcomer.chain, enrolling->newcomer.chain_size)};
        return;
    }
    newcomer_refuse(core, err == ERR_FORBIDDEN ? BYE_UNKNOWN : BYE_PROTOCOL);
    if (err == ERR_FORBIDDEN) {
        try_count(core, "what it showed is not this invitation");
    } else { /* no proof at all: whoever throws junk at the door must not close it */
        logger_say(LEVEL_INFO, "mesh", "what came to the door is no newcomer: %s", err_text(err));
    }
}

/* Own address, and everybody in the roster with the endpoint that the book has of them. */
static int welcome_fill(struct core *core)
{
    struct welcome *welcome = core->welcome;
    memset(welcome, 0, sizeof *welcome);
    welcome->root = core->identity->root;
    welcome->epoch_ms = core->identity->epoch_ms;
    welcome->chain_size = core->enrolling.newcomer.chain_size;
    memcpy(welcome->chain, core->enrolling.newcomer.chain, welcome->chain_size);
    for (uint32_t i = 0; i < core->book->count; i++) {
        if (core->book->entries[i].device != core->enrolling.newcomer.device &&
            book_put(&welcome->book, &core->book->entries[i]) != 0) {
            return ERR_TOO_MANY;
        }
    }
    struct book_entry own = {.device = core->identity->device,
                             .chain_size = core->identity->chain_size};
    memcpy(own.chain, core->identity->chain, own.chain_size);
    core_advertised(core, own.endpoint);
    return book_put(&welcome->book, &own);
}

static int welcome_introduce(struct core *core)
{
    struct store_txn *txn = NULL;
    int err = store_lmdb_read(core->usage_reader, &txn);
    if (err != 0) {
        return err;
    }
    err = introductions_collect(txn, replica_roster(core->replica), core->enrolling.newcomer.device,
                                core->welcome);
    store_lmdb_read_end(core->usage_reader);
    return err;
}

static int newcomer_welcome(struct core *core)
{
    struct enrolling *enrolling = &core->enrolling;
    struct bytes frame;
    int err = welcome_fill(core);
    if (err == 0) {
        err = welcome_introduce(core);
    }
    if (err == 0) {
        err = book_put(core->book, &enrolling->newcomer);
    }
    if (err == 0) {
        err = book_save(core->state, core->book);
    }
    if (err == 0) {
        err = welcome_encode(&enrolling->invitation, &enrolling->hello.mac, core->welcome,
                             core->welcome_frame, &frame);
    }
    if (err == 0) {
        transport_enrol_reply(core->transport, &enrolling->caller, frame);
    }
    return err;
}

void core_enrol_answered(struct core *core, const struct effect_answer *answer)
{
    struct enrolling *enrolling = &core->enrolling;
    enrolling->is_pending = false;
    int err = answer->err == 0 ? newcomer_welcome(core) : answer->err;
    if (err != 0) {
        logger_say(LEVEL_WARNING, "mesh", "a newcomer was refused: %s", err_text(err));
        newcomer_refuse(core, BYE_PROTOCOL);
        return;
    }
    core->joined = enrolling->newcomer.device;
    logger_say(LEVEL_NOTICE, "mesh", "device %016llx joined",
               (unsigned long long)enrolling->newcomer.device);
    invitation_close(core, "it was used");
    core_update_links(core);
}
