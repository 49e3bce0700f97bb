/* test_message_keys.c - keys of messages: made once, read by nobody else, and told when they are
 * missing or none; and what the doctor says of them. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/cli/doctor.h"
#include "gateway/config/message_keys.h"

static char folder[64], own[PATH_BYTES_MAX], problem[PROBLEM_BYTES_MAX];
static struct terms terms;
static struct message_keys keys;

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-keys-XXXXXX");
    assert_non_null(mkdtemp(folder));
    terms = (struct terms){.sms_fields = "From,To,Body", .sms_per_day = 5};
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(path_join(own, folder, "message-keys"), 0);
}

static int load(bool may_make)
{
    return message_keys_load(&terms, folder, may_make, &keys, problem);
}

static void put(const char *in, const char *name, const char *line, unsigned mode)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(folder_make(in), 0);
    assert_int_equal(path_join(path, in, name), 0);
    assert_int_equal(file_write(path, bytes_of_text(line), mode), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void done(void)
{
    static const char *const names[] = {"message-keys/vapid-private-key", "message-keys/sms-key",
                                        "given/sms-key", "message-keys", "given"};
    char path[PATH_BYTES_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(path_join(path, folder, names[i]), 0);
        (void)remove(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static bool doctor_says(const char *words)
{
    static struct diagnoses all;
    memset(&all, 0, sizeof all);
    doctor_messages(&terms, folder, &all);
    for (uint32_t i = 0; i < all.count; i++) {
        if (strstr(all.items[i].text, words) != NULL) {
            return true;
        }
    }
    return false;
}

TEST(message_keys, nothing_is_asked_for_where_nothing_is_set_up)
{
    begin();
    assert_int_equal(load(true), 0);
    assert_false(keys.has_push || keys.has_sms);
    assert_false(path_exists(own));
    assert_true(doctor_says("neither push-contact nor sms-url is set"));
    done();
}

TEST(message_keys, a_key_of_push_is_made_once_and_is_its_users_alone)
{
    char text[VAPID_KEY_TEXT_BYTES], path[PATH_BYTES_MAX];
    struct stat about;
    begin();
    strcpy(terms.push_contact, "mailto:a@b.example");
    assert_int_equal(load(false), ERR_NOT_FOUND);
    assert_true(doctor_says("it is made when the gateway starts"));
    assert_int_equal(load(true), 0);
    assert_true(keys.has_push);
    strcpy(text, keys.vapid.text);
    assert_int_equal(path_join(path, own, "vapid-private-key"), 0);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(load(false), 0);
    assert_string_equal(keys.vapid.text, text);
    assert_true(doctor_says("contact mailto:a@b.example"));
    strcpy(terms.push_practice, "http://127.0.0.1:1");
    assert_true(doctor_says("as for practice"));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(load(false), ERR_FORBIDDEN);
    done();
}

TEST(message_keys, a_key_that_is_none_is_told_and_stays_as_it_is)
{
    begin();
    strcpy(terms.push_contact, "mailto:a@b.example");
    put(own, "vapid-private-key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0600);
    assert_int_equal(load(true), ERR_MALFORMED); /* 0 */
    put(own, "vapid-private-key", "short\n", 0600);
    assert_int_equal(load(true), ERR_MALFORMED);
    assert_non_null(strstr(problem, "no private key"));
    assert_false(keys.has_push);
    assert_true(doctor_says("no private key"));
    done();
}

TEST(message_keys, where_a_key_cannot_be_kept_none_is_made)
{
    begin();
    strcpy(terms.push_contact, "mailto:a@b.example");
    put(folder, "message-keys", "no folder", 0600);
    assert_int_not_equal(load(true), 0);
    assert_false(keys.has_push);
    done();
}

TEST(message_keys, sms_want_a_key_and_a_sender)
{
    begin();
    strcpy(terms.sms_url, "https://sms.example.net/send?token=hush");
    assert_int_equal(load(true), ERR_NOT_FOUND);
    assert_non_null(strstr(problem, "sms-key"));
    assert_true(doctor_says("there is no file sms-key"));
    put(own, "sms-key", "account:secret\n", 0600);
    assert_int_equal(load(true), ERR_MALFORMED);
    assert_non_null(strstr(problem, "sms-from"));
    strcpy(terms.sms_from, "Trestle");
    assert_int_equal(load(true), 0);
    assert_true(keys.has_sms);
    assert_string_equal(keys.sms_key, "account:secret");
    assert_true(doctor_says("by https://sms.example.net, at most 5 a day"));
    put(own, "sms-key", "two words\n", 0600);
    assert_int_equal(load(true), ERR_MALFORMED);
    done();
}

TEST(message_keys, systemds_come_before_our_own)
{
    char given[PATH_BYTES_MAX];
    begin();
    assert_int_equal(path_join(given, folder, "given"), 0);
    strcpy(terms.sms_url, "https://sms.example.net/send");
    strcpy(terms.sms_from, "Trestle");
    put(own, "sms-key", "own\n", 0600);
    put(given, "sms-key", "given\n", 0600);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", given, 1), 0);
    assert_int_equal(load(true), 0);
    assert_string_equal(keys.sms_key, "given");
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "", 1), 0);
    assert_int_equal(load(true), 0);
    assert_string_equal(keys.sms_key, "own");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    done();
}
