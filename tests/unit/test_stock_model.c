/* test_stock_model.c - P7 by a model: nothing is sold twice, whatever is heard when and whoever
 * dies; and the model can fail.
 */
#include "tests/lib/stock_hands.h"
#include "tests/lib/test.h"

enum { MODEL_RUNS = 6000, MODEL_NODES = 4, MODEL_STEPS = 60, MODEL_UNITS = 12 };

enum model_variant { AS_SPECIFIED, UNDO_CREDITS_CANCELLER };

struct model_take {
    struct operation id;
    uint32_t node;
    uint32_t at; /* in its log */
    uint64_t units;
    bool is_undone;
};

struct model {
    enum model_variant variant;
    struct prng prng;
    uint32_t written[MODEL_NODES];
    uint32_t takes_count;
    struct model_take takes[MODEL_STEPS];
    bool is_seen[MODEL_NODES][MODEL_STEPS]; /* undone, as far as the node wrote or was told */
    int64_t credit[MODEL_NODES];            /* what the planted mistake adds */
    int32_t dead;                           /* -1 = all live */
    bool is_cut;
};

static int64_t model_rights(struct model *model, uint32_t node)
{
    return rights(node, node) + model->credit[node];
}

static void model_undo(struct model *model, uint32_t node)
{
    uint32_t known[MODEL_STEPS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->takes_count; i++) {
        const struct model_take *take = &model->takes[i];
        if (stock_mesh_has(mesh, node, take->node) > take->at && !model->is_seen[node][i]) {
            known[count++] = i;
        }
    }
    if (count == 0) {
        return;
    }
    const uint32_t chosen = known[prng_below(&model->prng, count)];
    struct model_take *take = &model->takes[chosen];
    undo(node, &take->id, chosen, take->units);
    model->written[node]++;
    model->is_seen[node][chosen] = true;
    take->is_undone = true;
    if (model->variant == UNDO_CREDITS_CANCELLER && take->node != node) {
        model->credit[node] += (int64_t)take->units;
    }
}

static void model_act(struct model *model, uint32_t node)
{
    struct prng *prng = &model->prng;
    const int64_t right = model_rights(model, node);
    const uint64_t act = prng_below(prng, 100);
    if (act < 45 && right > 0) {
        const uint64_t units = 1 + prng_below(prng, (uint64_t)(right < 3 ? right : 3));
        const uint32_t number = model->takes_count++;
        model->takes[number] =
            (struct model_take){.node = node, .at = model->written[node]++, .units = units};
        model->takes[number].id = take_for(node, units, number, 0, NULL);
    } else if (act >= 45 && act < 70 && right > 0) {
        const uint32_t to = (node + 1 + (uint32_t)prng_below(prng, MODEL_NODES - 1)) % MODEL_NODES;
        give(node, 1 + prng_below(prng, (uint64_t)right), to, 0);
        model->written[node]++;
    } else if (act >= 70 && act < 85) {
        model_undo(model, node);
    } else if (act >= 97 && node != 0 && model->dead < 0) {
        model->dead = (int32_t)node;
    }
}

/* The manager fetches all that the dead device wrote, and retires it; the others hear of it. */
static void model_cut(struct model *model)
{
    const uint32_t dead = (uint32_t)model->dead;
    stock_mesh_deliver(mesh, dead, 0, MODEL_STEPS);
    for (uint32_t i = 0; i < MODEL_NODES; i++) {
        if (model->written[dead] > 0) {
            stock_mesh_roster(mesh, i)->logs[dead].retired_seq = 1 + model->written[dead];
        }
    }
    model->is_cut = true;
}

static uint64_t model_run(uint64_t seed, enum model_variant variant)
{
    struct model model = {.variant = variant, .prng = {.state = seed}, .dead = -1};
    uint64_t units = 0;
    begin(MODEL_NODES);
    add(0, MODEL_UNITS, 0, 0);
    model.written[0] = 1;
    for (uint32_t step = 0; step < MODEL_STEPS; step++) {
        uint32_t node;
        do {
            node = (uint32_t)prng_below(&model.prng, MODEL_NODES);
        } while ((int32_t)node == model.dead);
        for (uint32_t from = 0; from < MODEL_NODES; from++) {
            if (from != node && prng_below(&model.prng, 10) < 3) {
                stock_mesh_deliver(mesh, from, node, (uint32_t)prng_below(&model.prng, 8));
            }
        }
        model_act(&model, node);
        if (model.dead >= 0 && !model.is_cut && prng_one_in(&model.prng, 5)) {
            model_cut(&model);
        }
    }
    for (uint32_t i = 0; i < model.takes_count; i++) {
        units += model.takes[i].is_undone ? 0 : model.takes[i].units;
    }
    return units;
}

static uint32_t runs_oversold(enum model_variant variant, uint32_t runs)
{
    uint32_t oversold = 0;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        oversold += model_run(seed, variant) > MODEL_UNITS;
    }
    return oversold;
}

TEST(stock_model, nothing_is_sold_twice_whatever_is_heard_when_and_whoever_dies)
{
    assert_int_equal(runs_oversold(AS_SPECIFIED, MODEL_RUNS), 0);
}

TEST(stock_model, an_undo_that_credited_the_canceller_would_oversell)
{
    assert_true(runs_oversold(UNDO_CREDITS_CANCELLER, MODEL_RUNS / 20) > 0);
}
