/* test_replica_scarce.c - a replica that finds no memory is none. */
#include "sync/replica/replica.h"

#include "tests/lib/test.h"
#include "tests/process/lib/scarce.h"

TEST(replica_scarce, without_any_part_of_its_memory_there_is_no_replica)
{
    static const char *const missing[] = {"calloc", "malloc"};
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            scarce_begin(missing[i], nth, pthread_self());
            struct replica *replica = replica_new();
            is_reached = scarce_end();
            assert_true((replica == NULL) == is_reached);
            replica_free(replica);
        }
    }
}
