/* What the machine has to be for a node to run well on it. */
#define _DEFAULT_SOURCE /* adjtimex */

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>

#include "node/cli/doctor.h"
#include "node/config/identity.h"
#include "node/os/clock.h"
#include "node/store/store_lmdb.h"

enum { MIB = 1024 * 1024, DISK_MIB_FAIL = 64, DISK_MIB_WARN = 1024 };

#define YEAR_2024_MS INT64_C(1704067200000)
#define YEAR_2100_MS INT64_C(4102444800000)

/* --- clock --- */

void doctor_clock(int64_t wall_ms, bool is_synced, bool has_chip, struct diagnoses *all)
{
    if (wall_ms < YEAR_2024_MS || wall_ms > YEAR_2100_MS) {
        diagnose(all, DIAGNOSIS_FAIL, "clock",
                 "set it: timedatectl set-time 'YEAR-MONTH-DAY HOUR:MINUTE'",
                 "it was never set (%lld s since 1970): times on receipts will be wrong",
                 (long long)(wall_ms / 1000));
    } else if (!is_synced && !has_chip) {
        diagnose(all, DIAGNOSIS_WARN, "clock",
                 "compare it with your own, set it with timedatectl; or add a clock module",
                 "nothing has set it since the start, and no clock chip keeps it without power");
    } else {
        diagnose(all, DIAGNOSIS_OK, "clock", NULL, "%s",
                 is_synced ? "set from the network" : "kept by its chip, not by the network");
    }
}

static void look_at_clock(struct diagnoses *all)
{
    struct timex about = {.modes = 0};
    const bool is_synced = adjtimex(&about) >= 0 && (about.status & STA_UNSYNC) == 0;
    doctor_clock(clock_wall_ms(), is_synced, path_exists("/dev/rtc0"), all);
}

/* --- disk --- */

void doctor_disk(const char *state, uint64_t free_mib, bool is_network, bool is_read_only,
                 struct diagnoses *all)
{
    if (is_network) {
        diagnose(all, DIAGNOSIS_FAIL, "disk", "choose a --state on a disk of this machine",
                 "%s is on a network filesystem, where locks and maps do not hold", state);
    }
    if (is_read_only) {
        diagnose(all, DIAGNOSIS_FAIL, "disk",
                 "look at dmesg: a worn card turns read-only; restore to a new one",
                 "%s can only be read", state);
    }
    const enum diagnosis_level level = free_mib < DISK_MIB_FAIL   ? DIAGNOSIS_FAIL
                                       : free_mib < DISK_MIB_WARN ? DIAGNOSIS_WARN
                                                                  : DIAGNOSIS_OK;
    diagnose(all, level, "disk",
             level == DIAGNOSIS_OK ? NULL : "make room: a day of a busy stall needs some 50 MiB",
             "%llu MiB free", (unsigned long long)free_mib);
}

static void look_at_disk(const char *state, struct diagnoses *all)
{
    struct statvfs disk;
    struct statfs about;
    if (statvfs(state, &disk) != 0 || statfs(state, &about) != 0) {
        diagnose(all, DIAGNOSIS_FAIL, "disk", "name the state folder with --state",
                 "%s cannot be looked at", state);
        return;
    }
    doctor_disk(state, (uint64_t)disk.f_bavail * disk.f_frsize / MIB,
                store_lmdb_is_network((uint32_t)about.f_type), (disk.f_flag & ST_RDONLY) != 0, all);
}

/* A store that was found damaged is moved aside at a start, and kept. */
static void look_at_damaged(const char *state, struct diagnoses *all)
{
    const struct dirent *entry;
    DIR *folder = opendir(state);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, "store.condemned") == 0) {
            diagnose(all, DIAGNOSIS_FAIL, "store", "restart the node: its peers fill a new one",
                     "it was found damaged, and is moved aside at the next start");
        } else if (strncmp(entry->d_name, "store.damaged-", 14) == 0) {
            diagnose(all, DIAGNOSIS_WARN, "store",
                     "when all orders are there, remove it; if some were on this device alone: "
                     "trestle backup FILE --damaged that folder",
                     "%s was damaged and is kept", entry->d_name);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
}

/* --- state folder --- */

static void look_at_mode(const char *state, const char *name, struct diagnoses *all)
{
    char path[PATH_BYTES_MAX];
    struct stat about;
    if (path_join(path, state, name) != 0 || stat(path, &about) != 0) {
        return; /* whoever needs it says so */
    }
    if ((about.st_mode & 077) != 0) {
        diagnose(all, DIAGNOSIS_FAIL, "keys", "chmod -R go= FOLDER, and think of who read them",
                 "%s is open to others (mode %03o)", path, (unsigned)about.st_mode & 0777);
    }
}

static void look_at_keys(const char *state, struct diagnoses *all)
{
    struct identity identity;
    const uint32_t before = all->count;
    look_at_mode(state, "", all);
    look_at_mode(state, "keys", all);
    look_at_mode(state, "log.key", all);
    if (all->count > before) {
        return;
    }
    const int err = identity_load(state, &identity);
    if (err == ERR_NOT_FOUND) {
        diagnose(all, DIAGNOSIS_FAIL, "keys", "trestle init, or trestle join INVITATION",
                 "%s is not part of a pop-up yet", state);
    } else if (err != 0) {
        diagnose(all, DIAGNOSIS_FAIL, "keys", "put the kept copy of `keys` there, or join anew",
                 "%s/keys: %s", state, err_text(err));
    } else {
        diagnose(all, DIAGNOSIS_OK, "keys", NULL, "%s '%s', device %016llx%s",
                 role_text(identity.certificate.role), identity.certificate.name,
                 (unsigned long long)identity.device,
                 identity.has_root ? "; the pop-up's root key is here: keep a copy of `keys`" : "");
    }
    entropy_wipe(&identity, sizeof identity);
}

void doctor_machine(const struct place *place, struct diagnoses *all)
{
    look_at_clock(all);
    look_at_disk(place->state, all);
    look_at_keys(place->state, all);
    look_at_damaged(place->state, all);
}
