/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversations.h"

#include <epan/address_types.h>
#include <epan/conversation_table.h>

#include "protocol/names.h"
#include "tap.h"

/* A target as an address of Wireshark: what differs in any byte is another one. */
struct target_address {
    char address[AOE_ADDRESS_TEXT]; /* as the filters have it */
    char name[LINK_TARGET_TEXT];    /* and with the VLAN: shown where names are resolved */
};

static int target_type = -1;
static struct {
    int source, destination, any;
} fields = {-1, -1, -1};

static int address_text(const address *of, char *to, int size)
{
    const struct target_address *target = of->data;
    return (int)g_strlcpy(to, target->address, (gsize)size) + 1;
}

static int address_text_size(const address *of)
{
    (void)of;
    return AOE_ADDRESS_TEXT;
}

static const char *address_filter(const address *of, gboolean source)
{
    (void)of;
    return source ? "aoe.src" : "aoe.dst";
}

static const char *address_name(const address *of)
{
    const struct target_address *target = of->data;
    return target->name;
}

static int address_name_size(void)
{
    return LINK_TARGET_TEXT;
}

static void set_target(struct target_address *to, const struct link_frame *link)
{
    memset(to, 0, sizeof *to);
    aoe_address_text(to->address, link->frame.shelf, link->frame.slot);
    link_target_text(to->name, link);
}

/* The two ends of a frame. */
struct ends {
    struct target_address target_bytes;
    address initiator, target;
    bool response;
};

static bool set_ends(struct ends *ends, const struct aoe_tap *told)
{
    const struct aoe_frame *frame = &told->link->frame;
    if (frame->extent < AOE_EXTENT_HEADER)
        return false;
    ends->response = aoe_is_response(frame);
    set_target(&ends->target_bytes, told->link);
    set_address(&ends->target, target_type, sizeof ends->target_bytes, &ends->target_bytes);
    set_address(&ends->initiator, AT_ETHER, AOE_MAC_BYTES,
                ends->response ? frame->destination : frame->source);
    return true;
}

/* Wireshark asks for the field of one end without saying which: so the fields are of either. */
static const char *field_of(conv_filter_type_e side)
{
    switch (side) {
    case CONV_FT_SRC_ADDRESS:
        return "aoe.src";
    case CONV_FT_DST_ADDRESS:
        return "aoe.dst";
    case CONV_FT_ANY_ADDRESS:
        return "aoe.addr";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *conversation_filter(conv_item_t *item, conv_filter_type_e side)
{
    (void)item;
    return field_of(side);
}

static const char *endpoint_filter(endpoint_item_t *item, conv_filter_type_e side)
{
    (void)item;
    return field_of(side);
}

static tap_packet_status count_conversation(void *user, packet_info *packet,
                                            epan_dissect_t *dissection, const void *data,
                                            tap_flags_t flags)
{
    static ct_dissector_info_t info = {conversation_filter};
    conv_hash_t *table = user;
    struct ends ends;
    (void)dissection;
    if (!set_ends(&ends, data))
        return TAP_PACKET_DONT_REDRAW;
    table->flags = flags;
    add_conversation_table_data(table, ends.response ? &ends.target : &ends.initiator,
                                ends.response ? &ends.initiator : &ends.target, 0, 0, 1,
                                (int)packet->fd->pkt_len, &packet->rel_ts, &packet->abs_ts, &info,
                                CONVERSATION_NONE);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status count_endpoint(void *user, packet_info *packet, epan_dissect_t *dissection,
                                        const void *data, tap_flags_t flags)
{
    static et_dissector_info_t info = {endpoint_filter};
    conv_hash_t *table = user;
    struct ends ends;
    int bytes = (int)packet->fd->pkt_len;
    (void)dissection;
    if (!set_ends(&ends, data))
        return TAP_PACKET_DONT_REDRAW;
    table->flags = flags;
    add_endpoint_table_data(table, &ends.initiator, 0, !ends.response, 1, bytes, &info,
                            ENDPOINT_NONE);
    add_endpoint_table_data(table, &ends.target, 0, ends.response, 1, bytes, &info, ENDPOINT_NONE);
    return TAP_PACKET_REDRAW;
}

static void register_fields(int protocol)
{
    static hf_register_info registered[] = {
        {&fields.source,
         {"Source", "aoe.src", FT_STRING, BASE_NONE, NULL, 0,
          "The initiator's MAC, or the target's shelf and slot", HFILL}},
        {&fields.destination,
         {"Destination", "aoe.dst", FT_STRING, BASE_NONE, NULL, 0,
          "The target's shelf and slot, or the initiator's MAC", HFILL}},
        {&fields.any,
         {"Source or destination", "aoe.addr", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    };
    proto_register_field_array(protocol, registered, array_length(registered));
}

static void add_hidden(proto_tree *tree, tvbuff_t *tvb, int field, const char *text)
{
    if (!proto_field_is_referenced(tree, field))
        return;
    proto_item *item = proto_tree_add_string(tree, field, tvb, 0, 0, text);
    proto_item_set_generated(item);
    proto_item_set_hidden(item);
}

void conversations_show(proto_tree *tree, tvbuff_t *tvb, const struct aoe_frame *frame)
{
    char target[AOE_ADDRESS_TEXT], initiator[AOE_MAC_TEXT];
    bool response = aoe_is_response(frame);
    if (frame->extent < AOE_EXTENT_HEADER)
        return;
    aoe_address_text(target, frame->shelf, frame->slot);
    aoe_mac_text(initiator, response ? frame->destination : frame->source);
    add_hidden(tree, tvb, fields.source, response ? target : initiator);
    add_hidden(tree, tvb, fields.destination, response ? initiator : target);
    add_hidden(tree, tvb, fields.any, initiator);
    add_hidden(tree, tvb, fields.any, target);
}

void conversations_register(int protocol)
{
    register_fields(protocol);
    target_type = address_type_dissector_register("AT_AOE", "AoE target", address_text,
                                                  address_text_size, NULL, address_filter, NULL,
                                                  address_name, address_name_size);
    register_conversation_table(protocol, TRUE, count_conversation, count_endpoint);
}
