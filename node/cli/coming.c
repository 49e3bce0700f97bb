#include "node/cli/coming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/setup.h"
#include "node/core/introduce.h"
#include "node/os/address.h"
#include "node/os/clock.h"

enum { JOIN_MS = 10000 };

int coming_read(const char *text, struct coming *ret_coming)
{
    static const char scheme[] = "tcp://";
    const bool is_bare = strncmp(text, scheme, sizeof scheme - 1) != 0;
    *ret_coming = (struct coming){.has_invitation = false};
    ret_coming->has_invitation = invitation_decode(text, &ret_coming->invitation) == 0;
    if (ret_coming->has_invitation) {
        return 0;
    }
    if (strncmp(text, "trestle1:", 9) == 0 || strrchr(text, ':') == NULL ||
        strlen(text) + sizeof scheme > sizeof ret_coming->endpoint) {
        return ERR_MALFORMED;
    }
    (void)snprintf(ret_coming->endpoint, sizeof ret_coming->endpoint, "%s%s", is_bare ? scheme : "",
                   text);
    return 0;
}

const char *coming_place(const struct coming *coming)
{
    return coming->has_invitation ? coming->invitation.endpoint : coming->endpoint;
}

bool coming_is_late(const struct coming *coming)
{
    return coming->has_invitation && coming->invitation.expires_s < clock_wall_ms() / 1000;
}

/* What others should dial: as set, or where it will listen, when that says a port. */
static void own_endpoint(const struct settings *settings, char *to)
{
    const char *listen = settings->listen;
    const char *colon = strrchr(listen, ':');
    bool is_known = colon != NULL && strcmp(colon, ":*") != 0 && strcmp(colon, ":0") != 0;
    to[0] = '\0';
    if (settings->advertise[0] != '\0') {
        (void)snprintf(to, ENDPOINT_BYTES_MAX, "%s", settings->advertise);
    } else if (strcmp(listen, "none") != 0 && is_known) {
        endpoint_resolve(listen, to, ENDPOINT_BYTES_MAX);
    }
}

static int be_welcomed(struct coming *coming, struct enrol_hello *hello, struct identity *identity,
                       struct welcome *welcome)
{
    if (coming->has_invitation) {
        return newcomer_join(&coming->invitation, hello, &identity->device_secret,
                             &identity->transport_secret, JOIN_MS, welcome);
    }
    const struct newcomer newcomer = {.endpoint = coming->endpoint,
                                      .device_secret = &identity->device_secret,
                                      .transport_secret = &identity->transport_secret,
                                      .ask = coming->ask,
                                      .goes_on = coming->goes_on,
                                      .context = coming->context};
    return newcomer_pair(&newcomer, hello, JOIN_MS, &coming->invitation, welcome);
}

static int keep(const struct coming *coming, const struct args *args, const struct place *place,
                const struct welcome *welcome, struct identity *identity)
{
    identity->popup = coming->invitation.popup;
    identity->root = welcome->root;
    identity->epoch_ms = welcome->epoch_ms;
    int err = identity_adopt(identity, bytes_of(welcome->chain, welcome->chain_size));
    if (err == 0) {
        err = introductions_store(place->state, &identity->popup, welcome);
    }
    if (err == 0 && coming->open_by != NULL) {
        err = place_open_save(coming->open_by, place);
    }
    return err != 0 ? err : setup_save(args, place, identity, &welcome->book);
}

int coming_in(struct coming *coming, const struct args *args, const struct place *place,
              struct identity *ret_identity)
{
    struct enrol_hello hello = {.name = ""};
    struct welcome *welcome = calloc(1, sizeof *welcome);
    if (welcome == NULL) {
        return ERR_NO_MEMORY;
    }
    identity_make_keys(ret_identity);
    hello.device_key = signing_public(&ret_identity->device_secret);
    hello.transport_key = transport_public(&ret_identity->transport_secret);
    (void)snprintf(hello.name, sizeof hello.name, "%s", coming->name == NULL ? "" : coming->name);
    own_endpoint(&place->settings, hello.endpoint);
    int err = be_welcomed(coming, &hello, ret_identity, welcome);
    if (err == 0) {
        coming->is_welcome = true;
        err = keep(coming, args, place, welcome, ret_identity);
    }
    free(welcome);
    return err;
}
