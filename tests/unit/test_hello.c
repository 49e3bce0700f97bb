/* Whom a session is begun with: each reason for which a HELLO ends it. */
#include <string.h>

#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A };

static struct stage stage;

static struct hello hello_of(uint64_t peer_device)
{
    return (struct hello){.version_min = 1,
                          .version_max = 1,
                          .popup = stage.journal.popup,
                          .device = peer_device,
                          .boot = {9}};
}

static struct bytes frame_of(const struct hello *hello, uint8_t *buffer)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, buffer, MESSAGE_BYTES_MAX);
    message_write_hello(&writer, hello, NULL, 0, NULL, 0);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

/* Peer A is linked and says @hello; why that ends the session, 0 = it does not. */
static enum bye_reason answer_to(const struct hello *hello)
{
    static uint8_t buffer[MESSAGE_BYTES_MAX];
    enum bye_reason reason = (enum bye_reason)0;
    stage_begin(&stage);
    stage_up(&stage, A, stage.peers[A].id, true);
    stage_say(&stage, A, frame_of(hello, buffer));
    stage_end(&stage);
    return stage_is_closed(&stage, A, &reason) ? reason : (enum bye_reason)0;
}

static void as_it_should_be(struct hello *hello)
{
    (void)hello;
}

static void of_another_popup(struct hello *hello)
{
    hello->popup.bytes[0] ^= 1;
}

static void too_new(struct hello *hello)
{
    hello->version_min = hello->version_max = 1000;
}

static void too_old(struct hello *hello)
{
    hello->version_min = hello->version_max = 0;
}

static void newer_but_still_able(struct hello *hello)
{
    hello->version_max = 1000;
}

static void another_device_than_the_link_s(struct hello *hello)
{
    hello->device ^= 1;
}

static void ourselves(struct hello *hello)
{
    memcpy(hello->boot, stage.config.boot, BOOT_ID_BYTES);
}

TEST(hello, a_session_begins_only_with_a_device_of_the_same_popup_that_speaks_the_same_protocol)
{
    static const struct {
        void (*change)(struct hello *hello);
        enum bye_reason reason;
    } cases[] = {{as_it_should_be, (enum bye_reason)0},
                 {newer_but_still_able, (enum bye_reason)0},
                 {of_another_popup, BYE_POPUP},
                 {too_new, BYE_VERSION},
                 {too_old, BYE_VERSION},
                 {another_device_than_the_link_s, BYE_UNKNOWN},
                 {ourselves, BYE_DUPLICATE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stage_start(&stage, 2, 0);
        struct hello hello = hello_of(stage.peers[A].id);
        cases[i].change(&hello);
        assert_int_equal(answer_to(&hello), cases[i].reason);
        stage_stop(&stage);
    }
}

TEST(hello, who_is_not_on_the_roster_is_told_so_and_nothing_else)
{
    struct journal_device stranger;
    enum bye_reason reason = (enum bye_reason)0;
    static uint8_t buffer[MESSAGE_BYTES_MAX];
    stage_start(&stage, 2, 0);
    journal_device_init(&stranger, &stage.journal, 90, ROLE_COUNTER, NULL);
    const struct hello hello = hello_of(stranger.id);
    stage_begin(&stage);
    stage_up(&stage, A, stranger.id, true);
    stage_say(&stage, A, frame_of(&hello, buffer));
    stage_end(&stage);
    assert_true(stage_is_closed(&stage, A, &reason));
    assert_int_equal(reason, BYE_UNKNOWN);
    assert_null(stage_sent(&stage, A, MESSAGE_EVENTS, 0));
    stage_stop(&stage);
}
