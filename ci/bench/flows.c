/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "simulation.h"

#include <stdlib.h>

static uint32_t add_pair(struct traffic *traffic, const struct ends *ends, uint32_t vlan)
{
    return truth_add_pair(traffic->truth, &(struct truth_pair){.vlan = vlan,
                                                               .shelf = ends->shelf,
                                                               .slot = ends->slot,
                                                               .target_mac = ends->target,
                                                               .initiator = ends->initiator});
}

/* Fills in what both kinds of flows have. */
static void add_flow(struct traffic *traffic, const struct ends *ends, uint32_t vlan,
                     uint32_t initiator)
{
    const struct options *options = traffic->options;
    struct flow *flow = &traffic->flows[traffic->flow_count++];
    *flow = (struct flow){
        .ends = *ends,
        .vlan = vlan,
        .pair = add_pair(traffic, ends, vlan),
        .next_tag = (uint32_t)options->first_tag,
        .commands = NONE,
        .timer = (int64_t)options->timer * (4 + initiator % 3) / 4,
        .same_tags = options->repeats == REPEAT_SAME || options->repeats == REPEAT_MIXED ||
                     (options->repeats == REPEAT_BOTH && initiator % 2 == 0),
    };
    flow->new_tags = !flow->same_tags || options->repeats == REPEAT_MIXED;
    flow->position = random_below(&traffic->random, options->capacity / 8) * 8;
    if (options->tag_bits <= 16 &&
        !(flow->contents = calloc((size_t)1 << options->tag_bits, sizeof *flow->contents)))
        traffic->failed = true;
}

static struct ends ends_of(const struct options *options, uint32_t initiator, uint32_t target)
{
    uint32_t shelf = target / (uint32_t)options->slots;
    return (struct ends){.target = UINT64_C(0x020000010000) + shelf,
                         .initiator = UINT64_C(0x020000020000) + initiator,
                         .shelf = (uint16_t)shelf,
                         .slot = (uint8_t)(target % options->slots)};
}

/* Every initiator with every target of its VLAN. */
static void add_direct(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    for (uint32_t vlan = 0; vlan < options->vlans; vlan++) {
        for (uint32_t target = 0; target < options->targets; target++) {
            struct ends all = ends_of(options, 0, target);
            all.initiator = MAC_ALL;
            uint32_t adverts = add_pair(traffic, &all, vlan);
            for (uint32_t initiator = 0; initiator < options->initiators; initiator++) {
                struct ends ends = ends_of(options, initiator, target);
                add_flow(traffic, &ends, vlan, initiator);
                traffic->flows[traffic->flow_count - 1].advert_pair = adverts;
            }
        }
    }
    traffic->direct = traffic->flow_count;
}

/* Every initiator discovers all targets; some only those of one shelf, or of one slot. */
static void add_discovery(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    for (uint32_t vlan = 0; vlan < options->vlans && options->discover; vlan++) {
        for (uint32_t initiator = 0; initiator < options->initiators; initiator++) {
            struct ends ends = ends_of(options, initiator, 0);
            ends.target = MAC_ALL;
            if (initiator % 4 != 1)
                ends.shelf = AOE_SHELF_ALL;
            if (initiator % 4 != 2)
                ends.slot = AOE_SLOT_ALL;
            add_flow(traffic, &ends, vlan, initiator);
            struct flow *flow = &traffic->flows[traffic->flow_count - 1];
            free(flow->contents);
            flow->contents = NULL;
            flow->all = true;
            flow->next_tag += TAG_DISCOVERY;
        }
    }
}

int flows_open(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    size_t most = (options->targets + 1) * options->initiators * options->vlans;
    traffic->flows = calloc(most, sizeof *traffic->flows);
    if (!traffic->flows)
        return -1;
    add_direct(traffic);
    add_discovery(traffic);
    return traffic->failed ? -1 : 0;
}

void flows_close(struct traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->flow_count; i++)
        free(traffic->flows[i].contents);
    free(traffic->flows);
}
