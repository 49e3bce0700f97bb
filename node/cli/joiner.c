#include "node/cli/joiner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/coming.h"
#include "node/cli/setup.h"
#include "node/os/bell.h"
#include "node/os/clock.h"

enum { PERSON_MS = 1000 * INVITATION_SECONDS };

struct joiner {
    struct joiner_config config;
    struct joining_host host;
    pthread_t thread;
    bool has_thread;
    struct bell bell; /* its lock guards: */
    struct joining_view view;
    struct joining_wish wish; /* of the try that is asked for, until the thread takes it */
    bool is_asked, is_answered, is_same, is_ended;
};

/* --- what the page asks --- */

static void token_renew(struct joiner *joiner)
{
    uint8_t bytes[JOINING_TOKEN_DIGITS / 2];
    entropy_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)snprintf(joiner->view.token + 2 * i, 3, "%02x", bytes[i]);
    }
}

static void look(void *context, struct joining_view *ret_view)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    *ret_view = joiner->view;
    bell_unlock(&joiner->bell);
}

static bool spend(void *context, const char *token)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    const bool is_right = strcmp(token, joiner->view.token) == 0;
    if (is_right) {
        token_renew(joiner);
    }
    bell_unlock(&joiner->bell);
    return is_right;
}

static bool may_begin(enum joining_state state)
{
    return state == JOINING_WAITS || state == JOINING_FAILED;
}

static int ask(void *context, const struct joining_wish *wish)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    const bool may = may_begin(joiner->view.state);
    if (may) {
        joiner->wish = *wish;
        joiner->is_asked = true;
        joiner->is_answered = joiner->is_ended = false;
        joiner->view.state = JOINING_KNOCKS;
        joiner->view.place[0] = joiner->view.digits[0] = '\0';
    }
    bell_unlock(&joiner->bell);
    if (may) {
        bell_ring(&joiner->bell);
    }
    return may ? 0 : ERR_STATE;
}

static int compare(void *context, const char *digits, bool is_same)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    const bool is_so =
        joiner->view.state == JOINING_COMPARE && strcmp(digits, joiner->view.digits) == 0;
    if (is_so) {
        joiner->is_answered = true;
        joiner->is_same = is_same;
        joiner->view.state = is_same ? JOINING_AGREED : JOINING_KNOCKS;
    }
    bell_unlock(&joiner->bell);
    if (is_so) {
        bell_ring(&joiner->bell);
    }
    return is_so ? 0 : ERR_STATE;
}

static void end(void *context)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    if (joiner->view.state == JOINING_FAILED) {
        joiner->view.state = JOINING_WAITS;
    }
    joiner->is_ended = true; /* a try that is on its way hears of it */
    bell_unlock(&joiner->bell);
    bell_ring(&joiner->bell);
}

/* --- a try --- */

static void view_set(struct joiner *joiner, enum joining_state state, const char *place)
{
    bell_lock(&joiner->bell);
    joiner->view.state = state;
    (void)snprintf(joiner->view.place, sizeof joiner->view.place, "%s", place);
    bell_unlock(&joiner->bell);
}

static bool is_wanted(void *context)
{
    struct joiner *joiner = context;
    bell_lock(&joiner->bell);
    const bool is_over = joiner->is_ended || joiner->bell.is_over;
    bell_unlock(&joiner->bell);
    return !is_over;
}

/* Whether the person has said what the digits are; else he may yet. */
static bool is_answered(struct joiner *joiner, bool *ret_is_same)
{
    bell_lock(&joiner->bell);
    const bool is_so = joiner->is_answered || joiner->is_ended;
    *ret_is_same = joiner->is_answered && joiner->is_same && !joiner->is_ended;
    bell_unlock(&joiner->bell);
    return is_so;
}

static bool ask_person(void *context, const char *digits)
{
    struct joiner *joiner = context;
    const uint64_t until_ms = clock_mono_ms() + PERSON_MS;
    bool is_same = false;
    bell_lock(&joiner->bell);
    (void)snprintf(joiner->view.digits, sizeof joiner->view.digits, "%.6s", digits);
    joiner->view.state = JOINING_COMPARE;
    bell_unlock(&joiner->bell);
    while (!is_answered(joiner, &is_same) && clock_mono_ms() < until_ms) {
        if (!bell_wait(&joiner->bell, until_ms)) {
            return false;
        }
    }
    return is_same;
}

static enum joining_trouble trouble_of(const struct coming *coming, int err)
{
    static const struct {
        int err;
        enum joining_trouble there, here; /* before it was welcome, and after */
    } rows[] = {{ERR_BUSY, JOINING_UNANSWERED, JOINING_OTHER},
                {ERR_FORBIDDEN, JOINING_REFUSED, JOINING_DISK},
                {ERR_STATE, JOINING_ENDED, JOINING_OTHER},
                {ERR_MALFORMED, JOINING_NO_PLACE, JOINING_OTHER},
                {ERR_MISMATCH, JOINING_INTRUDER, JOINING_OCCUPIED},
                {ERR_BAD_SIGNATURE, JOINING_INTRUDER, JOINING_INTRUDER},
                {ERR_IO, JOINING_OTHER, JOINING_DISK},
                {ERR_EXISTS, JOINING_OTHER, JOINING_OCCUPIED},
                {ERR_FULL, JOINING_OTHER, JOINING_DISK}};
    if (err == ERR_BUSY && coming_is_late(coming)) {
        return JOINING_EXPIRED;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].err == err) {
            return coming->is_welcome ? rows[i].here : rows[i].there;
        }
    }
    return JOINING_OTHER;
}

/* Why the folder could not be made ready. */
static enum joining_trouble trouble_of_folder(int status)
{
    switch (status) {
    case EXIT_FAILED:
        return JOINING_OCCUPIED;
    case EXIT_UNAVAILABLE: /* a command is at it: when that is done, so is this page */
        return JOINING_OTHER;
    default:
        return JOINING_DISK;
    }
}

/* 0, or what went wrong in @ret_trouble. */
static int come(struct joiner *joiner, const struct joining_wish *wish, struct coming *coming,
                enum joining_trouble *ret_trouble)
{
    static const struct args nothing_said;
    struct identity identity;
    struct place place = *joiner->config.place;
    const bool is_opened = joiner->config.may_open && wish->is_reachable;
    int lock;
    const int status = setup_folder(&place, true, &lock);
    if (status != EXIT_DONE) {
        *ret_trouble = trouble_of_folder(status);
        return ERR_STATE;
    }
    view_set(joiner, JOINING_KNOCKS, coming_place(coming));
    if (is_opened) {
        place_open(&place);
        coming->open_by = joiner->config.args;
    }
    const int err = coming_in(coming, &nothing_said, &place, &identity);
    setup_end(lock);
    entropy_wipe(&identity, sizeof identity);
    if (err != 0) {
        *ret_trouble = trouble_of(coming, err);
    }
    return err;
}

static int try_wish(struct joiner *joiner, const struct joining_wish *wish,
                    enum joining_trouble *ret_trouble)
{
    struct coming coming;
    const bool is_coded = wish->code[0] != '\0';
    int err = coming_read(is_coded ? wish->code : wish->place, &coming);
    if (err != 0 || coming.has_invitation != is_coded) {
        *ret_trouble = is_coded ? JOINING_NO_CODE : JOINING_NO_PLACE;
        err = ERR_MALFORMED;
    } else {
        coming.name = wish->name;
        coming.ask = ask_person;
        coming.goes_on = is_wanted;
        coming.context = joiner;
        err = come(joiner, wish, &coming, ret_trouble);
    }
    entropy_wipe(&coming, sizeof coming);
    return err;
}

static bool wish_take(struct joiner *joiner, struct joining_wish *ret_wish)
{
    bell_lock(&joiner->bell);
    const bool is_asked = joiner->is_asked;
    *ret_wish = joiner->wish;
    entropy_wipe(&joiner->wish, sizeof joiner->wish);
    joiner->is_asked = false;
    bell_unlock(&joiner->bell);
    return is_asked;
}

/* For the log: the code is in no line of it. */
static const char *const trouble_texts[] = {
    [JOINING_NO_CODE] = "what was given is no invitation",
    [JOINING_NO_PLACE] = "what was given is no place",
    [JOINING_EXPIRED] = "the invitation's five minutes are over",
    [JOINING_UNANSWERED] = "nobody answered",
    [JOINING_REFUSED] = "it was refused there",
    [JOINING_ENDED] = "the person here ended it",
    [JOINING_INTRUDER] = "who answered is not who invited",
    [JOINING_OCCUPIED] = "the state folder holds what another pop-up left",
    [JOINING_DISK] = "the state folder takes nothing",
    [JOINING_OTHER] = "something went wrong",
};

static void serve(struct joiner *joiner, const struct joining_wish *wish)
{
    enum joining_trouble trouble = JOINING_OTHER;
    const int err = try_wish(joiner, wish, &trouble);
    bell_lock(&joiner->bell);
    joiner->view.state = err == 0 ? JOINING_DONE : JOINING_FAILED;
    joiner->view.trouble = trouble;
    bell_unlock(&joiner->bell);
    if (err == 0) {
        joiner->config.on_done(joiner->config.context);
    } else {
        logger_say(LEVEL_NOTICE, "join", "nothing was joined: %s", trouble_texts[trouble]);
    }
}

static void *run(void *argument)
{
    struct joiner *joiner = argument;
    struct joining_wish wish;
    while (bell_wait(&joiner->bell, UINT64_MAX)) {
        if (wish_take(joiner, &wish)) {
            serve(joiner, &wish);
            entropy_wipe(&wish, sizeof wish);
        }
    }
    return NULL;
}

/* --- life --- */

int joiner_open(const struct joiner_config *config, struct joiner **ret_joiner)
{
    struct joiner *joiner = calloc(1, sizeof *joiner);
    if (joiner == NULL) {
        return ERR_NO_MEMORY;
    }
    joiner->config = *config;
    joiner->host = (struct joining_host){.context = joiner,
                                         .look = look,
                                         .spend = spend,
                                         .ask = ask,
                                         .compare = compare,
                                         .end = end};
    joiner->view = (struct joining_view){.state = JOINING_WAITS, .may_open = config->may_open};
    token_renew(joiner);
    bell_open(&joiner->bell);
    joiner->has_thread = pthread_create(&joiner->thread, NULL, run, joiner) == 0;
    if (!joiner->has_thread) {
        joiner_close(joiner);
        return ERR_NO_MEMORY;
    }
    *ret_joiner = joiner;
    return 0;
}

void joiner_close(struct joiner *joiner)
{
    if (joiner == NULL) {
        return;
    }
    if (joiner->has_thread) {
        bell_end(&joiner->bell);
        (void)pthread_join(joiner->thread, NULL);
    }
    bell_close(&joiner->bell);
    entropy_wipe(joiner, sizeof *joiner);
    free(joiner);
}

const struct joining_host *joiner_host(const struct joiner *joiner)
{
    return &joiner->host;
}
