/* golden.h - the days of which golden journals are recorded (tests/golden/README.md).
 *
 * Each is lived by devices under virtual time, so that its recording says the same each time until
 * the software writes something else.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_GOLDEN_H
#define TRESTLE_TESTS_PROCESS_LIB_GOLDEN_H

#include "tests/lib/cluster.h"

enum { GOLDEN_DEVICES_MAX = 4, GOLDEN_TYPES_MAX = 16 };

struct golden_day {
    const char *name;
    struct cluster_device {
        const char *name;
        enum role role;
        const char *lane;
    } devices[GOLDEN_DEVICES_MAX];
    void (*live)(struct cluster *cluster);
    uint32_t types[GOLDEN_TYPES_MAX]; /* of events that its journal holds, among others; 0 ends */
};

extern const struct golden_day golden_days[];
extern const size_t golden_days_count;

/* Live it. Free with cluster_free(). */
struct cluster *golden_live(const struct golden_day *day);

/* Live it, and write the first device's archive to @path; the digest of its state. */
struct hash golden_record(const struct golden_day *day, const char *path);

#endif
