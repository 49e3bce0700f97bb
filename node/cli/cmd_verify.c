/* trestle verify: says what it proved, and what it found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/cli/reply.h"
#include "node/cli/verify_store.h"

struct verifying {
    struct findings findings;
    uint32_t stores_count;
    struct verified_store stores[VERIFY_STORES_MAX];
    uint32_t files_count;
    struct verified_file files[ARGS_WORDS_MAX];
};

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        (void)printf("%02x", bytes[i]);
    }
}

static void print_json_text(const char *text)
{
    struct text json = {0};
    text_append_json(&json, text);
    (void)fwrite(json.data, 1, json.size, stdout);
    text_close(&json);
}

/* --- JSON --- */

static void print_log_json(const struct verified_log *log)
{
    (void)printf("{\"log\":\"%016llx\",\"device\":\"%016llx\",\"seq\":%llu,\"signatures\":%llu,"
                 "\"ok\":%s,\"hash\":\"",
                 (unsigned long long)log->head.log, (unsigned long long)log->head.device,
                 (unsigned long long)log->head.seq, (unsigned long long)log->report.signatures,
                 log->is_good ? "true" : "false");
    print_hex(log->head.hash.bytes, HASH_BYTES);
    (void)fputs("\"}", stdout);
}

static void print_aside_json(const struct verified_store *store)
{
    char name[SET_ASIDE_NAME_BYTES_MAX];
    (void)fputs(",\"aside\":[", stdout);
    for (uint32_t i = 0; i < store->aside.count; i++) {
        set_aside_name(store->journal.txn, &store->aside.entities[i], name);
        (void)printf("%s{\"entity\":\"", i == 0 ? "" : ",");
        print_hex(store->aside.entities[i].bytes, ENTITY_ID_BYTES);
        (void)fputs("\",\"name\":", stdout);
        print_json_text(name);
        (void)fputs("}", stdout);
    }
    (void)fputs("]", stdout);
}

static void print_store_json(const struct verified_store *store)
{
    (void)fputs("{\"state\":", stdout);
    print_json_text(store->name);
    (void)fputs(",\"digest\":\"", stdout);
    print_hex(store->digest.bytes, HASH_BYTES);
    (void)printf("\",\"events\":%llu,\"audited\":%s,\"entities\":%llu,\"wrong\":%llu,"
                 "\"remaking\":%s",
                 (unsigned long long)store->events, store->is_audited ? "true" : "false",
                 (unsigned long long)store->entities, (unsigned long long)store->wrong,
                 store->is_remaking ? "true" : "false");
    print_aside_json(store);
    (void)fputs(",\"logs\":[", stdout);
    for (uint32_t i = 0; i < store->logs_count; i++) {
        (void)fputs(i == 0 ? "" : ",", stdout);
        print_log_json(&store->logs[i]);
    }
    (void)fputs("]}", stdout);
}

static void print_json(const struct verifying *verifying)
{
    const struct findings *findings = &verifying->findings;
    (void)printf("{\"ok\":%s,\"stores\":[", findings->count == 0 ? "true" : "false");
    for (uint32_t i = 0; i < verifying->stores_count; i++) {
        (void)fputs(i == 0 ? "" : ",", stdout);
        print_store_json(&verifying->stores[i]);
    }
    (void)fputs("],\"files\":[", stdout);
    for (uint32_t i = 0; i < verifying->files_count; i++) {
        const struct verified_file *file = &verifying->files[i];
        (void)printf("%s{\"kind\":\"%s\",\"events\":%llu,\"signatures\":%llu,\"logs\":%llu}",
                     i == 0 ? "" : ",", file->kind, (unsigned long long)file->events,
                     (unsigned long long)file->signatures, (unsigned long long)file->logs);
    }
    (void)printf("],\"findings_count\":%u,\"findings\":[", findings->count);
    for (uint32_t i = 0; i < findings->count && i < FINDINGS_MAX; i++) {
        (void)printf("%s{\"kind\":\"%s\",\"text\":", i == 0 ? "" : ",", findings->items[i].kind);
        print_json_text(findings->items[i].text);
        (void)fputs("}", stdout);
    }
    (void)fputs("]}\n", stdout);
}

/* --- text --- */

static void print_aside(const struct verified_store *store)
{
    char name[SET_ASIDE_NAME_BYTES_MAX];
    for (uint32_t i = 0; i < store->aside.count; i++) {
        set_aside_name(store->journal.txn, &store->aside.entities[i], name);
        (void)printf("  set aside, not refolded: %s\n", name);
    }
}

static void print_store(const struct verified_store *store)
{
    (void)printf("%s\n  state   ", store->name);
    print_hex(store->digest.bytes, HASH_BYTES);
    (void)printf("\n  %llu events; %llu entities refolded, %llu differ\n",
                 (unsigned long long)store->events, (unsigned long long)store->entities,
                 (unsigned long long)store->wrong);
    print_aside(store);
    for (uint32_t i = 0; i < store->logs_count; i++) {
        const struct verified_log *log = &store->logs[i];
        (void)printf("  journal %016llx  event %-8llu ", (unsigned long long)log->head.log,
                     (unsigned long long)log->head.seq);
        print_hex(log->head.hash.bytes, 8);
        (void)printf("  %s\n", log->is_good ? "good" : "BROKEN");
    }
}

static void print_text(const struct verifying *verifying)
{
    const struct findings *findings = &verifying->findings;
    for (uint32_t i = 0; i < verifying->stores_count; i++) {
        print_store(&verifying->stores[i]);
    }
    for (uint32_t i = 0; i < verifying->files_count; i++) {
        (void)printf("%s %u: %llu events in %llu journals, %llu signatures\n",
                     verifying->files[i].kind, i + 1,
                     (unsigned long long)verifying->files[i].events,
                     (unsigned long long)verifying->files[i].logs,
                     (unsigned long long)verifying->files[i].signatures);
    }
    for (uint32_t i = 0; i < findings->count && i < FINDINGS_MAX; i++) {
        (void)printf("%s: %s\n", findings->items[i].kind, findings->items[i].text);
    }
    tell(findings->count == 0 ? "everything holds" : "%u findings", findings->count);
}

/* What is no finding, and yet to be known: the journals are sound. */
static void tell_notes(const struct verified_store *store)
{
    if (store->aside.count > 0) {
        tell("%s: %u set aside, as this version dies of what came after, and shown as they "
             "were: " SET_ASIDE_ADVICE,
             store->name, store->aside.count);
    }
    if (store->is_remaking) {
        tell("%s: the node makes what differs right while it runs; verify again afterwards",
             store->name);
    }
}

/* --- the command --- */

static int verify_one(struct verifying *verifying, const char *state)
{
    if (verifying->stores_count == VERIFY_STORES_MAX) {
        tell("at most %d stores at once", VERIFY_STORES_MAX);
        return EXIT_USAGE;
    }
    return verify_store(state, &verifying->findings, &verifying->stores[verifying->stores_count++]);
}

/* Each --state; without one and without a file, the usual folder. */
static int verify_stores(struct verifying *verifying, const struct args *args)
{
    char state[PATH_BYTES_MAX];
    int status = EXIT_DONE;
    for (uint32_t i = 0; i < args->flags_count && status == EXIT_DONE; i++) {
        if (strcmp(args->flags[i].name, "state") == 0) {
            status = verify_one(verifying, args->flags[i].value);
        }
    }
    if (status != EXIT_DONE || args_has(args, "state") || args->words_count > 0) {
        return status;
    }
    status = place_state(args, state);
    return status == EXIT_DONE ? verify_one(verifying, state) : status;
}

static int verify(struct verifying *verifying, const struct args *args)
{
    int status = verify_stores(verifying, args);
    if (status == EXIT_DONE &&
        verify_compare(verifying->stores, verifying->stores_count, &verifying->findings) != 0) {
        status = tell_failure("comparing", ERR_IO);
    }
    for (uint32_t i = 0; i < args->words_count && status == EXIT_DONE; i++) {
        status = verify_file(args->words[i], NULL, &verifying->findings,
                             &verifying->files[verifying->files_count++]);
    }
    return status;
}

int command_verify(const struct args *args)
{
    struct verifying *verifying = calloc(1, sizeof *verifying);
    if (verifying == NULL) {
        return tell_failure("verify", ERR_NO_MEMORY);
    }
    int status = verify(verifying, args);
    if (status == EXIT_DONE) {
        if (args_has(args, "json")) {
            print_json(verifying);
        } else {
            print_text(verifying);
        }
        for (uint32_t i = 0; i < verifying->stores_count; i++) {
            tell_notes(&verifying->stores[i]);
        }
        status = verifying->findings.count == 0 ? EXIT_DONE : EXIT_FAILED;
    }
    for (uint32_t i = 0; i < verifying->stores_count; i++) {
        journal_close(&verifying->stores[i].journal);
    }
    free(verifying);
    return status;
}
