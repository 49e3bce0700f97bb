/* trestle invite, trestle pair and trestle join: the two ends of bringing a device in. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/coming.h"
#include "node/cli/qr.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/cli/terminal.h"
#include "node/core/control.h"
#include "node/mesh/pairing.h"

enum { ASK_MS = 5000, PAIR_LOOK_NS = 200000000 };

/* --- invite --- */

/* Rows that the invitation takes under its code: itself in two, what is told, the prompt. */
enum { ROWS_BELOW_CODE = 5 };

/* For whatever reads codes at the other device: it types what trestle join asks for. */
static void print_code(const char *invitation)
{
    struct text drawn = {0};
    unsigned columns = 0, columns_there = 0, rows_there = 0;
    const int err = qr_draw(invitation, &drawn, &columns);
    const unsigned rows = (columns + 1) / 2 + ROWS_BELOW_CODE;
    terminal_size(&columns_there, &rows_there);
    if (err != 0) {
        tell("the QR code: %s", err_text(err));
    } else if (columns <= columns_there) {
        (void)fwrite(drawn.data, 1, drawn.size, stdout);
    }
    if (columns > columns_there || rows > rows_there) {
        tell("the QR code needs a window of %u columns and %u rows", columns, rows);
    }
    text_close(&drawn);
}

/* A node that was made without --listen hears this machine alone, which surprises newcomers. */
static void tell_reach(const char *text)
{
    struct invitation invitation;
    if (invitation_decode(text, &invitation) == 0 &&
        strncmp(invitation.endpoint, "tcp://127.", strlen("tcp://127.")) == 0) {
        tell("only this machine reaches %s; for other devices, set listen = tcp://0.0.0.0:PORT "
             "(man trestle.conf)",
             invitation.endpoint);
    }
}

static void print_invitation(const struct args *args, const char *invitation)
{
    /* Without colours it cannot be told what is dark. */
    if (terminal_is_colourful(stdout) && !args_has(args, "no-qr") && !args_has(args, "json")) {
        print_code(invitation);
    }
    if (args_has(args, "json")) {
        (void)printf("{\"invitation\":\"%s\",\"seconds\":%d}\n", invitation, INVITATION_SECONDS);
    } else {
        (void)printf("%s\n", invitation);
    }
    tell("on the other device: trestle join %s", args_has(args, "json") ? "INVITATION" : "that");
    tell("it works once, within %d minutes", INVITATION_SECONDS / 60);
    tell_reach(invitation);
}

/* Have the running node open its door, by @verb; what it answers goes to @ret_answer
 * (CONTROL_PACKET_BYTES_MAX). EXIT_DONE, or told. */
static int invitation_ask(const struct args *args, const char *state, const char *verb,
                          char *ret_answer)
{
    const char *role = args_flag(args, "role");
    const char *lane = args_flag(args, "lane"), *name = args_flag(args, "name");
    struct control_request request = {.count = 4};
    if (role == NULL || role_of_text(role) == ROLE_NONE) {
        tell("which --role does the other device have? " ROLE_WORDS);
        return EXIT_USAGE;
    }
    if (lane != NULL && !lane_is_right(lane)) {
        tell("--lane is one to three letters A-Z");
        return EXIT_USAGE;
    }
    (void)snprintf(request.words[0], CONTROL_WORD_BYTES_MAX, "%s", verb);
    (void)snprintf(request.words[1], CONTROL_WORD_BYTES_MAX, "%s", role);
    (void)snprintf(request.words[2], CONTROL_WORD_BYTES_MAX, "%s", lane == NULL ? "" : lane);
    (void)snprintf(request.words[3], CONTROL_WORD_BYTES_MAX, "%s", name == NULL ? "" : name);
    int err = control_ask(state, &request, ASK_MS, ret_answer, CONTROL_PACKET_BYTES_MAX);
    if (err == 0) {
        return EXIT_DONE;
    }
    if (ret_answer[0] != '\0') {
        tell("%s", ret_answer);
        return EXIT_FAILED;
    }
    tell(err == ERR_NOT_FOUND ? "no node runs on %s; start it with trestle run" : "%s: no answer",
         state);
    return EXIT_UNAVAILABLE;
}

int command_invite(const struct args *args)
{
    char state[PATH_BYTES_MAX], answer[CONTROL_PACKET_BYTES_MAX];
    int status = place_state(args, state);
    if (status == EXIT_DONE) {
        status = invitation_ask(args, state, "invite", answer);
    }
    if (status == EXIT_DONE) {
        print_invitation(args, answer);
    }
    return status;
}

/* --- join --- */

/* A person's yes or no, in one line on stdin; what is neither is asked again, no more is no. */
static bool is_yes(void)
{
    char answer[8];
    for (;;) {
        (void)fputs("yes or no? ", stderr);
        if (fgets(answer, sizeof answer, stdin) == NULL) {
            return false;
        }
        if (strcmp(answer, "yes\n") == 0 || strcmp(answer, "y\n") == 0) {
            return true;
        }
        if (strcmp(answer, "no\n") == 0 || strcmp(answer, "n\n") == 0) {
            return false;
        }
    }
}

static void print_digits(const struct args *args, const char *digits, const char *name)
{
    if (args_has(args, "json")) {
        (void)printf("{\"digits\":\"%s\"}\n", digits);
    } else {
        (void)printf("%.3s %s\n", digits, digits + 3);
    }
    (void)fflush(stdout);
    tell("does the other screen%s%s%s show these six digits, too?", name[0] == '\0' ? "" : " ('",
         name, name[0] == '\0' ? "" : "')");
}

/* A newcomer's person sits at this terminal. */
struct asking {
    const struct args *args;
};

static bool ask_newcomer(void *context, const char *digits)
{
    const struct asking *asking = context;
    print_digits(asking->args, digits, "");
    return is_yes();
}

static int tell_join_failure(const struct args *args, const struct coming *coming, int err)
{
    if (err == ERR_BUSY && coming_is_late(coming)) {
        tell("the invitation's five minutes are over; ask for a new one");
        return EXIT_UNAVAILABLE;
    }
    if (err == ERR_BUSY) {
        tell(coming->has_invitation
                 ? "nobody answered at %s: does the other node run? An invitation is for one "
                   "device; ask for a new one"
                 : "nobody answered at %s: does the other node run, and does it still wait for "
                   "this device?",
             coming_place(coming));
        return EXIT_UNAVAILABLE;
    }
    if (err == ERR_FORBIDDEN || err == ERR_STATE) {
        tell(err == ERR_STATE ? "somebody else may have answered: try again, nothing was joined"
             : coming->has_invitation
                 ? "the invitation is not accepted; ask for a new one"
                 : "they say there that the digits differ: try again, nothing was joined");
        return EXIT_FORBIDDEN;
    }
    if (err == ERR_MALFORMED && !coming->has_invitation) {
        tell("'%s' is neither an invitation nor HOST:PORT", args->words[0]);
        return EXIT_USAGE;
    }
    return tell_failure("join", err);
}

static void tell_joined(const struct args *args, const struct place *place,
                        const struct identity *identity)
{
    if (args_has(args, "json")) {
        print_identity_json(place, identity, NULL);
    } else {
        (void)printf("%016llx\n", (unsigned long long)identity->device);
    }
    tell("this device is the pop-up's %s '%s' now", role_text(identity->certificate.role),
         identity->certificate.name);
    tell_set_up(args, place);
}

static int join(const struct args *args, const struct place *place, struct coming *coming)
{
    struct identity identity;
    const int err = coming_in(coming, args, place, &identity);
    int status = EXIT_DONE;
    if (err == 0) {
        tell_joined(args, place, &identity);
    } else {
        status =
            coming->is_welcome ? tell_failure("join", err) : tell_join_failure(args, coming, err);
    }
    entropy_wipe(&identity, sizeof identity);
    return status;
}

int command_join(const struct args *args)
{
    struct place place;
    struct coming coming = {.has_invitation = false};
    struct asking asking = {.args = args};
    int lock, status = place_find(args, &place);
    if (status == EXIT_DONE && coming_read(args->words[0], &coming) != 0) {
        tell("this is no invitation; copy the whole line that trestle invite printed, or give "
             "HOST:PORT of a node where trestle pair waits");
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE) {
        status = setup_folder(&place, true, &lock);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    coming.name = args_flag(args, "device");
    coming.ask = ask_newcomer;
    coming.context = &asking;
    status = join(args, &place, &coming);
    setup_end(lock);
    entropy_wipe(&coming.invitation, sizeof coming.invitation);
    return status;
}

/* --- pair --- */

static int control_words(const char *state, const char *verb, const char *a, const char *b,
                         char *answer)
{
    struct control_request request = {.count = a == NULL ? 1 : 3};
    (void)snprintf(request.words[0], CONTROL_WORD_BYTES_MAX, "%s", verb);
    (void)snprintf(request.words[1], CONTROL_WORD_BYTES_MAX, "%s", a == NULL ? "" : a);
    (void)snprintf(request.words[2], CONTROL_WORD_BYTES_MAX, "%s", b == NULL ? "" : b);
    return control_ask(state, &request, ASK_MS, answer, CONTROL_PACKET_BYTES_MAX);
}

/* Compare the digits of whoever is there; then it goes on until somebody joined or it is over. */
static int pair_wait(const struct args *args, const char *state)
{
    char answer[CONTROL_PACKET_BYTES_MAX], digits[PAIR_DIGITS + 1];
    const struct timespec pause = {.tv_nsec = PAIR_LOOK_NS};
    while (control_words(state, "pairing", NULL, NULL, answer) == 0) {
        if (strncmp(answer, "joined ", 7) == 0) {
            (void)printf(args_has(args, "json") ? "{\"joined\":\"%s\"}\n" : "%s\n", answer + 7);
            tell("it is part of the pop-up now");
            return EXIT_DONE;
        }
        if (answer[0] == '\0') {
            (void)nanosleep(&pause, NULL);
            continue;
        }
        (void)snprintf(digits, sizeof digits, "%.6s", answer);
        print_digits(args, digits, answer + PAIR_DIGITS + 1);
        if (control_words(state, "pair-answer", digits, is_yes() ? "yes" : "no", answer) != 0) {
            break;
        }
    }
    tell("the pairing is over: nobody joined");
    return EXIT_FAILED;
}

int command_pair(const struct args *args)
{
    char state[PATH_BYTES_MAX], endpoint[CONTROL_PACKET_BYTES_MAX];
    int status = place_state(args, state);
    if (status == EXIT_DONE) {
        status = invitation_ask(args, state, "pair", endpoint);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    (void)printf(args_has(args, "json") ? "{\"endpoint\":\"%s\"}\n" : "%s\n", endpoint);
    (void)fflush(stdout);
    tell("on the other device: trestle join %s; both then show six digits", endpoint);
    return pair_wait(args, state);
}
