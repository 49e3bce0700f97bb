/* test_authenticator.c - who asks for entry: what libzmq may be asked by it, and what is answered
 * without a look at who it is. */
#include "tests/lib/test.h"

#include <string.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"

enum { DEADLINE_MS = 120000, FRAMES_MAX = 10 };

/* What somebody asks: frames, NULL at their end. */
struct question {
    const char *frames[FRAMES_MAX];
};

/* The authenticator's own word on @question, and whether it knew who asks. */
static int knock_of(const struct question *question, struct knock *ret_knock)
{
    void *context = context_new();
    void *authenticator = authenticator_new(context);
    void *asker = zmq_socket(context, ZMQ_REQ);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    char answer[8] = "";
    int err = ERR_BUSY;
    assert_non_null(authenticator);
    assert_null(authenticator_new(context)); /* there is one */
    assert_int_equal(zmq_connect(asker, "inproc://zeromq.zap.01"), 0);
    for (size_t i = 0; question->frames[i] != NULL; i++) {
        const char *frame = question->frames[i];
        const int flags = question->frames[i + 1] != NULL ? ZMQ_SNDMORE : 0;
        assert_int_equal(zmq_send(asker, frame, strlen(frame), flags), strlen(frame));
    }
    while (err == ERR_BUSY) {
        err = authenticator_next(authenticator, ret_knock);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    if (err == 0) {
        authenticator_answer(authenticator, ret_knock, "");
    } else {
        for (int i = 0; i < 3; i++) { /* version, request, status */
            const int size = zmq_recv(asker, answer, sizeof answer - 1, 0);
            assert_true(size >= 0 && size < (int)sizeof answer);
            answer[size] = '\0';
        }
        assert_string_equal(answer, "400");
    }
    (void)zmq_close(asker);
    (void)zmq_close(authenticator);
    context_free(context);
    return err;
}

#define KEY_TEXT "0123456789abcdef0123456789abcdef"
#define TEXT_64  KEY_TEXT KEY_TEXT

TEST(authenticator, a_question_that_is_none_is_answered_with_no)
{
    static const struct question questions[] = {
        {{"1.0", "1", "mesh"}},
        {{"2.0", "1", "mesh", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", TEXT_64 "x", "mesh", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", "1", "a domain that is too long", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", "1", "mesh", "", "", "CURVE", KEY_TEXT, "and", "more"}},
        {{"1.0", "1", "mesh", TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64, "", "CURVE", KEY_TEXT}},
    };
    struct knock knock;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        assert_int_equal(knock_of(&questions[i], &knock), ERR_MALFORMED);
    }
}

TEST(authenticator, who_knocks_without_a_curve_key_has_none)
{
    static const struct question questions[] = {
        {{"1.0", "1", "mesh", "", "", "NULL"}},
        {{"1.0", "1", "mesh", "", "", "PLAIN", "name", "word"}},
        {{"1.0", "1", "mesh", "", "", "PLAIN", KEY_TEXT}},
        {{"1.0", "1", "mesh", "", "", "CURVE", "a short key"}},
    };
    static const struct question good = {{"1.0", "1", "mesh", "", "", "CURVE", KEY_TEXT}};
    struct knock knock;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const int err = knock_of(&questions[i], &knock);
        assert_true(err == ERR_MALFORMED || !knock.has_key);
    }
    assert_int_equal(knock_of(&good, &knock), 0);
    assert_true(knock.has_key);
    assert_string_equal(knock.domain, "mesh");
}
