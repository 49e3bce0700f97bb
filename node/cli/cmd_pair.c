/* trestle invite and trestle join: the two ends of bringing a device in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/core/control.h"
#include "node/core/introduce.h"
#include "node/mesh/newcomer.h"
#include "node/os/address.h"
#include "node/os/clock.h"

enum { ASK_MS = 5000, JOIN_MS = 10000 };

/* --- invite
 * ---------------------------------------------------------------------------------------
 */

static void print_invitation(const struct args *args, const char *invitation)
{
    if (args_has(args, "json"))
        (void)printf("{\"invitation\":\"%s\",\"seconds\":%d}\n", invitation, INVITATION_SECONDS);
    else
        (void)printf("%s\n", invitation);
    tell("on the other device: trestle join %s", args_has(args, "json") ? "INVITATION" : "that");
    tell("it works once, within %d minutes", INVITATION_SECONDS / 60);
}

int command_invite(const struct args *args)
{
    char state[PATH_BYTES_MAX], answer[CONTROL_PACKET_BYTES_MAX];
    const char *role = args_flag(args, "role");
    const char *lane = args_flag(args, "lane"), *name = args_flag(args, "name");
    struct control_request request = {.count = 4, .words = {"invite"}};
    int status = place_state(args, state);
    if (status != EXIT_DONE)
        return status;
    if (role == NULL || role_of_text(role) == ROLE_NONE) {
        tell("which --role does the other device have? counter, kitchen, pickup, manager, ...");
        return EXIT_USAGE;
    }
    if (lane != NULL && !lane_is_right(lane)) {
        tell("--lane is one to three letters A-Z");
        return EXIT_USAGE;
    }
    (void)snprintf(request.words[1], CONTROL_WORD_BYTES_MAX, "%s", role);
    (void)snprintf(request.words[2], CONTROL_WORD_BYTES_MAX, "%s", lane == NULL ? "" : lane);
    (void)snprintf(request.words[3], CONTROL_WORD_BYTES_MAX, "%s", name == NULL ? "" : name);
    int err = control_ask(state, &request, ASK_MS, answer, sizeof answer);
    if (err == 0) {
        print_invitation(args, answer);
        return EXIT_DONE;
    }
    if (answer[0] != '\0') {
        tell("%s", answer);
        return EXIT_FAILED;
    }
    tell(err == ERR_NOT_FOUND ? "no node runs on %s; start it with trestle run" : "%s: no answer",
         state);
    return EXIT_UNAVAILABLE;
}

/* --- join
 * -----------------------------------------------------------------------------------------
 */

/* What others should dial: as set, or where it will listen, when that says a port. */
static void own_endpoint(const struct settings *settings, char *to)
{
    const char *listen = settings->listen;
    const char *colon = strrchr(listen, ':');
    bool is_known = colon != NULL && strcmp(colon, ":*") != 0 && strcmp(colon, ":0") != 0;
    to[0] = '\0';
    if (settings->advertise[0] != '\0')
        (void)snprintf(to, ENDPOINT_BYTES_MAX, "%s", settings->advertise);
    else if (strcmp(listen, "none") != 0 && is_known)
        endpoint_resolve(listen, to, ENDPOINT_BYTES_MAX);
}

static int tell_join_failure(const struct invitation *invitation, int err)
{
    if (err == ERR_BUSY) {
        tell("nobody answered at %s: does the inviting node run, and is the invitation fresh and "
             "unused?",
             invitation->endpoint);
        return EXIT_UNAVAILABLE;
    }
    if (err == ERR_FORBIDDEN) {
        tell("the invitation is not accepted; ask for a new one");
        return EXIT_FORBIDDEN;
    }
    return tell_failure("join", err);
}

static int identity_receive(const struct welcome *welcome, const struct invitation *invitation,
                            struct identity *identity)
{
    identity->popup = invitation->popup;
    identity->root = welcome->root;
    identity->epoch_ms = welcome->epoch_ms;
    return identity_adopt(identity, bytes_of(welcome->chain, welcome->chain_size));
}

static int join(const struct args *args, const struct place *place,
                const struct invitation *invitation, struct welcome *welcome)
{
    struct identity identity;
    struct enrol_hello hello = {.name = ""};
    const char *name = args_flag(args, "device");
    identity_make_keys(&identity);
    hello.device_key = signing_public(&identity.device_secret);
    hello.transport_key = transport_public(&identity.transport_secret);
    (void)snprintf(hello.name, sizeof hello.name, "%s", name == NULL ? "" : name);
    own_endpoint(&place->settings, hello.endpoint);
    int err = newcomer_join(invitation, &hello, &identity.device_secret, &identity.transport_secret,
                            JOIN_MS, welcome);
    if (err != 0)
        return tell_join_failure(invitation, err);
    err = identity_receive(welcome, invitation, &identity);
    if (err == 0)
        err = introductions_store(place->state, &identity.popup, welcome);
    if (err == 0)
        err = setup_save(args, place, &identity, &welcome->book);
    if (err != 0) {
        entropy_wipe(&identity, sizeof identity);
        return tell_failure("join", err);
    }
    if (args_has(args, "json"))
        print_identity_json(place, &identity);
    else
        (void)printf("%016llx\n", (unsigned long long)identity.device);
    tell("this device is the pop-up's %s '%s' now; next: trestle run",
         role_text(identity.certificate.role), identity.certificate.name);
    entropy_wipe(&identity, sizeof identity);
    return EXIT_DONE;
}

int command_join(const struct args *args)
{
    struct place place;
    struct invitation invitation;
    int status = place_find(args, &place);
    if (status == EXIT_DONE && invitation_decode(args->words[0], &invitation) != 0) {
        tell("this is no invitation; copy the whole line that trestle invite printed");
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE)
        status = setup_folder(&place);
    if (status != EXIT_DONE)
        return status;
    struct welcome *welcome = calloc(1, sizeof *welcome);
    if (welcome == NULL)
        return tell_failure("join", ERR_NO_MEMORY);
    status = join(args, &place, &invitation, welcome);
    free(welcome);
    return status;
}
