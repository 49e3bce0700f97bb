/* Newcomers: one invitation at a time, for one use, five minutes and three tries. The newcomer's
 * certificate is in the journal before it is handed out. */
#include <stdio.h>
#include <string.h>

#include "node/core/core_state.h"
#include "node/core/introduce.h"
#include "node/os/clock.h"

void core_invitation_close(struct core *core, const char *why)
{
    if (!core->enrolling.is_open) {
        return;
    }
    logger_say(LEVEL_NOTICE, "mesh", "the invitation is closed: %s", why);
    core_invite_ended(core, why);
    transport_enrol_close(core->transport);
    entropy_wipe(&core->enrolling, sizeof core->enrolling);
    core->enrolling = (struct enrolling){.is_open = false};
}

void core_newcomer_refuse(struct core *core, enum bye_reason reason)
{
    uint8_t frame[BYE_FRAME_BYTES_MAX];
    transport_enrol_reply(core->transport, &core->enrolling.caller, core_bye(reason, frame));
}

void core_try_count(struct core *core, const char *what)
{
    logger_say(LEVEL_WARNING, "mesh", "a newcomer was refused: %s", what);
    if (++core->enrolling.tries >= INVITATION_TRIES_MAX) {
        core_invitation_close(core, "too many wrong tries");
    }
}

void core_enrol_expire(struct core *core)
{
    if (core->enrolling.is_open && clock_mono_ms() >= core->enrolling.until_ms) {
        core_invitation_close(core, "its time is over");
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
    core_newcomer_refuse(core, err == ERR_FORBIDDEN ? BYE_UNKNOWN : BYE_PROTOCOL);
    if (err == ERR_FORBIDDEN) {
        core_try_count(core, "what it showed is not this invitation");
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
        core_newcomer_refuse(core, BYE_PROTOCOL);
        return;
    }
    core->joined = enrolling->newcomer.device;
    logger_say(LEVEL_NOTICE, "mesh", "device %016llx joined",
               (unsigned long long)enrolling->newcomer.device);
    core_invitation_close(core, "it was used");
    core_update_links(core);
}
