/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_figures.h"

#include "common/group.h"
#include "protocol/names.h"

static void put_target(json_dumper *to, const struct traffic_target *target)
{
    char address[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    json_text(to, "target",
              target->others ? "others" : aoe_address_text(address, target->shelf, target->slot));
    json_text(to, "vlan", aoe_vlan_text(vlan, target->vlan));
}

static void put_initiator(json_dumper *to, const struct traffic_initiator *initiator)
{
    char mac[AOE_MAC_TEXT];
    json_text(to, "initiator", initiator->others ? "others" : aoe_mac_text(mac, initiator->mac));
}

void json_pair(json_dumper *to, const struct traffic *traffic, uint32_t pair)
{
    put_target(to, traffic->targets[traffic->pairs[pair]->target]);
    put_initiator(to, traffic->initiators[traffic->pairs[pair]->initiator]);
}

static void put_macs(json_dumper *to, const struct traffic_target *target)
{
    char mac[AOE_MAC_TEXT];
    json_dumper_set_member_name(to, "macs");
    json_dumper_begin_array(to);
    for (unsigned i = 0; i < target->mac_count; i++)
        json_dumper_value_string(to, aoe_mac_text(mac, target->macs[i]));
    json_dumper_end_array(to);
}

static void put_advertised(json_dumper *to, const struct traffic_target *target,
                           const struct group *group)
{
    if (!target->advertised) {
        json_null(to, "advertised");
        json_null(to, "over_buffer_count_ns");
        json_null(to, "over_sector_count");
        return;
    }
    json_dumper_set_member_name(to, "advertised");
    json_dumper_begin_object(to);
    json_number(to, "buffer_count", target->buffer_count);
    json_number(to, "sector_count", target->sector_count);
    json_number(to, "firmware", target->firmware);
    json_dumper_end_object(to);
    json_number(to, "over_buffer_count_ns", group_over_level(group, target->buffer_count));
    json_number(to, "over_sector_count",
                group_over_sectors(group, aoe_sectors_allowed(target->sector_count)));
}

static void put_operations(json_dumper *to, const struct tally *tally, enum group_of of,
                           size_t index)
{
    struct group group;
    json_dumper_set_member_name(to, "operations");
    json_dumper_begin_array(to);
    for (unsigned operation = 0; operation < OPERATIONS; operation++) {
        if (group_open(&group, &tally->traffic, of, index, operation) < 0)
            continue;
        if (group.frames) {
            json_dumper_begin_object(to);
            json_text(to, "operation", operation_name(operation));
            json_measures(to, &group, tally_duration(tally), operation);
            json_dumper_end_object(to);
        }
        group_close(&group);
    }
    json_dumper_end_array(to);
}

static void put_name(json_dumper *to, const struct traffic *traffic, enum group_of of, size_t index)
{
    if (of == GROUP_PAIR)
        json_pair(to, traffic, (uint32_t)index);
    else if (of == GROUP_INITIATOR)
        put_initiator(to, traffic->initiators[index]);
    else if (of == GROUP_TARGET)
        put_target(to, traffic->targets[index]);
}

/* The object of one group; operations apart. */
static void put_group(json_dumper *to, const struct tally *tally, enum group_of of, size_t index)
{
    const struct traffic *traffic = &tally->traffic;
    struct group group;
    json_dumper_begin_object(to);
    put_name(to, traffic, of, index);
    if (group_open(&group, traffic, of, index, GROUP_OPERATIONS) == 0) {
        json_measures(to, &group, tally_duration(tally), GROUP_OPERATIONS);
        if (of == GROUP_TARGET) {
            put_macs(to, traffic->targets[index]);
            put_advertised(to, traffic->targets[index], &group);
        }
        group_close(&group);
    }
    if (of != GROUP_ALL)
        put_operations(to, tally, of, index);
    json_dumper_end_object(to);
}

static void put_groups(json_dumper *to, const char *name, const struct tally *tally,
                       enum group_of of)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(&tally->traffic, of, order);
    json_dumper_set_member_name(to, name);
    json_dumper_begin_array(to);
    for (size_t i = 0; i < count; i++)
        put_group(to, tally, of, order[i]);
    json_dumper_end_array(to);
}

static void put_command(json_dumper *to, const struct tally *tally, const struct command *command)
{
    bool transfer = command->operation == OPERATION_READ || command->operation == OPERATION_WRITE;
    json_dumper_begin_object(to);
    json_pair(to, &tally->traffic, command->pair);
    json_text(to, "operation", operation_name(command->operation));
    if (transfer) {
        json_number(to, "lba", command->lba);
        json_number(to, "sectors", command->sectors);
    } else {
        json_null(to, "lba");
        json_null(to, "sectors");
    }
    json_number(to, "first_frame", command->first_frame);
    json_number(to, "answer_frame", command->answer_frame);
    json_signed(to, "time_ns", command->time);
    json_signed(to, "command_latency_ns", command->latency);
    json_signed(to, "frame_round_trip_ns", command->round_trip);
    json_number(to, "repeats", command->repeats);
    json_dumper_end_object(to);
}

void json_figures(json_dumper *to, const struct tally *tally)
{
    json_dumper_set_member_name(to, "total");
    put_group(to, tally, GROUP_ALL, 0);
    put_operations(to, tally, GROUP_ALL, 0);
    put_groups(to, "targets", tally, GROUP_TARGET);
    put_groups(to, "initiators", tally, GROUP_INITIATOR);
    put_groups(to, "pairs", tally, GROUP_PAIR);
    json_dumper_set_member_name(to, "slowest");
    json_dumper_begin_array(to);
    for (size_t i = 0; i < tally->slowest.count; i++)
        put_command(to, tally, &tally->slowest.commands[i]);
    json_dumper_end_array(to);
}
