/* A reconciliation, asked for at one device and told by another, as what is of the moment and never
 * logged: sync/mesh/ephemeral.h. Who asks says so while somebody looks; a gateway that hears it
 * begins one, and tells how it stands to all that are linked to it, in parts:
 *
 *   "reconcile.ask"            number, days, shared, day
 *   "reconcile", key: part     number, parts, good, bytes, days, shared, day; moment_body.h
 *
 * number: of the wish, drawn for each; of what is told, higher for each change. good: it is
 * not about a failure, so of two gateways that one is shown. days, shared, day: of the wish that it
 * is of, days 0 = it answers all. Who asks is shown the answer to his own alone; a gateway has one
 * under way at a time and tells what came of it before another begins. Both count from the device
 * itself alone, over a link of its own: nobody tells in another's name. Nothing depends on it but
 * what people are shown.
 */
#include "node/core/core_reconcile.h"

const char reconcile_ask_topic[] = "reconcile.ask", reconcile_told_topic[] = "reconcile";

bool reconcile_item_is(const struct ephemeral_item *item, const char *topic)
{
    return item->device != 0 && item->hops == 1 &&
           bytes_equal(bytes_of(item->topic, item->topic_size), bytes_of_text(topic));
}

/* --- the step of a turn --- */

int core_reconcile_step(struct core *core)
{
    if (core->is_alone) {
        return 0;
    }
    const int err = core_reconcile_step_ask(core);
    return err != 0 ? err : core_reconcile_step_tell(core);
}
