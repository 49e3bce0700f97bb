/* The store, looked at beside a node or without one. */
#include "node/cli/doctor.h"
#include "node/cli/journal.h"
#include "node/cli/set_aside.h"
#include "sync/domain/opaque.h"

enum { MAP_PERCENT_WARN = 70, MAP_PERCENT_FAIL = 90, READER_LAG_MAX = 2000 };

static void look_at_map(struct store_lmdb_reader *reader, struct diagnoses *all)
{
    struct store_lmdb_usage usage;
    if (store_lmdb_usage(reader, &usage) != 0 || usage.map_bytes == 0) {
        diagnose(all, DIAGNOSIS_FAIL, "store", "trestle verify", "its size cannot be read");
        return;
    }
    const uint64_t percent = usage.used_bytes * 100 / usage.map_bytes;
    const enum diagnosis_level level = percent >= MAP_PERCENT_FAIL   ? DIAGNOSIS_FAIL
                                       : percent >= MAP_PERCENT_WARN ? DIAGNOSIS_WARN
                                                                     : DIAGNOSIS_OK;
    diagnose(all, level, "store",
             level == DIAGNOSIS_OK ? NULL : "raise store-mib in trestle.conf and start again",
             "%llu of %llu MiB used", (unsigned long long)(usage.used_bytes >> 20),
             (unsigned long long)(usage.map_bytes >> 20));
}

static void look_at_readers(struct store_lmdb *store, struct diagnoses *all)
{
    struct store_lmdb_readers readers;
    if (store_lmdb_readers(store, &readers) != 0 || readers.lag <= READER_LAG_MAX) {
        return;
    }
    diagnose(all, DIAGNOSIS_WARN, "readers", "end that process: the file grows as long as it reads",
             "process %llu reads a state that is %llu commits old",
             (unsigned long long)readers.process, (unsigned long long)readers.lag);
}

static void look_at_versions(struct store_lmdb_reader *reader, struct diagnoses *all)
{
    struct store_txn *txn = NULL;
    uint64_t count = 0, critical = 0;
    if (store_lmdb_read(reader, &txn) != 0) {
        return;
    }
    int err = opaque_count(txn, &count, &critical);
    store_lmdb_read_end(reader);
    if (err == 0 && count > 0) {
        diagnose(all, critical > 0 ? DIAGNOSIS_WARN : DIAGNOSIS_OK, "version",
                 critical > 0 ? "update this device" : NULL,
                 "%llu events need newer software, %llu of them to show their orders at all",
                 (unsigned long long)count, (unsigned long long)critical);
    }
}

static void look_at_aside(const char *state, struct store_lmdb_reader *reader,
                          struct diagnoses *all)
{
    char name[SET_ASIDE_NAME_BYTES_MAX];
    struct store_txn *txn = NULL;
    struct aside aside;
    set_aside_load(state, &aside);
    if (aside.count == 0 || store_lmdb_read(reader, &txn) != 0) {
        return;
    }
    for (uint32_t i = 0; i < aside.count; i++) {
        set_aside_name(txn, &aside.entities[i], name);
        diagnose(all, DIAGNOSIS_WARN, "aside", SET_ASIDE_ADVICE,
                 "%s is shown as it was: this version dies of what came after", name);
    }
    store_lmdb_read_end(reader);
}

static const struct {
    int err;
    const char *text, *fix;
} refusals[] = {
    {ERR_NOT_FOUND, "there is none", "start the node: its peers fill it again; or trestle restore"},
    {ERR_STATE, "it lies on a network filesystem", "choose a --state on a disk of this machine"},
    {ERR_FORBIDDEN, "this user may not read it", "run as the user of the node"},
    {ERR_MALFORMED, "it is damaged",
     "move the folder `store` away and start: its peers fill it again"},
    {ERR_VERSION, "it was written by another LMDB", "install the version that wrote it"},
};

static void diagnose_refusal(int err, struct diagnoses *all)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (refusals[i].err == err) {
            diagnose(all, DIAGNOSIS_FAIL, "store", refusals[i].fix, "%s", refusals[i].text);
            return;
        }
    }
    diagnose(all, DIAGNOSIS_FAIL, "store", "look at dmesg, then trestle verify", "%s",
             err_text(err));
}

void doctor_store(const struct place *place, struct diagnoses *all)
{
    char folder[PATH_BYTES_MAX];
    struct store_lmdb *store = NULL;
    struct store_lmdb_reader *reader = NULL;
    const struct store_lmdb_options options = {.folder = folder, .is_read_only = true};
    int err = path_join(folder, place->state, "store");
    if (err == 0) {
        err = store_lmdb_open(&options, &store);
    }
    if (err == 0) {
        err = store_lmdb_reader_open(store, &reader);
    }
    if (err != 0) {
        diagnose_refusal(err, all);
    } else {
        look_at_map(reader, all);
        look_at_readers(store, all);
        look_at_versions(reader, all);
        look_at_aside(place->state, reader, all);
    }
    store_lmdb_reader_close(reader);
    store_lmdb_close(store);
}
