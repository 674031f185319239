/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect.h"

#include "conversations.h"
#include "expert.h"
#include "export.h"
#include "fields.h"
#include "protocol/names.h"
#include "show.h"
#include "show_item.h"
#include "statistics.h"

static int protocol = -1;
static int tap = -1;
static struct history *history;
static struct settings settings; /* as they were when the capture was opened */

static void open_capture(void)
{
    settings = settings_now();
    const struct history_options options = {settings.patience, settings.rules, settings.mtu};
    history = history_new(&options);
}

static void close_capture(void)
{
    history_free(history);
    history = NULL;
}

static void end_first_pass(void)
{
    if (history)
        history_end(history);
}

/* Ethernet shows what follows the message as padding, unless that is cut: there it would say that
 * the frame is broken. */
static void end_message(tvbuff_t *tvb, const struct aoe_frame *frame,
                        const struct history_exchange *exchange)
{
    size_t data = show_data_bytes(frame, exchange);
    if (data == SIZE_MAX || !aoe_command_known(frame->command) ||
        frame->extent < AOE_EXTENT_ARGUMENT || frame->raw.length < frame->wire_length)
        return;
    size_t end = aoe_message_end(frame, data) - AOE_ETHERNET_BYTES;
    if (end < tvb_reported_length(tvb))
        set_actual_length(tvb, (unsigned)end);
}

static void show_all(struct show *show, proto_tree *tree)
{
    char address[AOE_ADDRESS_TEXT];
    const struct aoe_frame *frame = show->frame;
    show->item = proto_tree_add_item(tree, protocol, show->tvb, 0, -1, ENC_NA);
    show->tree = proto_item_add_subtree(show->item, branches.message);
    if (show_is_visible(show) && frame->extent >= AOE_EXTENT_HEADER)
        proto_item_append_text(show->item, ", %s, %s %s, tag 0x%08x",
                               aoe_address_text(address, frame->shelf, frame->slot),
                               aoe_name_command(frame->command),
                               aoe_is_response(frame) ? "response" : "request", frame->tag);
    conversations_show(show->tree, show->tvb, frame);
    show_header(show);
    show_argument(show);
    show_exchange(show);
}

static int dissect(tvbuff_t *tvb, packet_info *packet, proto_tree *tree, void *data)
{
    struct link_frame link;
    struct aoe_tap *told = wmem_new0(packet->pool, struct aoe_tap);
    (void)data;
    link_frame_read(&link, tvb, packet);
    told->number = packet->num;
    told->history = history;
    told->link = wmem_memdup(packet->pool, &link, sizeof link);
    if (history && !PINFO_FD_VISITED(packet))
        history_feed(history, &link.frame, link.vlan, packet->num, link.time);
    told->counted = history && history_find(history, packet->num, link.time, &told->exchange);
    struct show show = {.tvb = tvb,
                        .packet = packet,
                        .frame = &told->link->frame,
                        .exchange = told->counted ? &told->exchange : NULL,
                        .history = history,
                        .settings = settings};
    end_message(tvb, show.frame, show.exchange);
    show_column(&show);
    if (proto_field_is_referenced(tree, protocol))
        show_all(&show, tree);
    show_notes(&show);
    tap_queue_packet(tap, packet, told);
    export_queue(packet, told);
    return (int)tvb_captured_length(tvb);
}

const struct history *dissect_history(void)
{
    return history;
}

void dissect_register(void)
{
    protocol = proto_get_id_by_filter_name("aoe");
    if (protocol < 0)
        protocol = proto_register_protocol("ATA over Ethernet", "AoE", "aoe");
    fields_register(protocol);
    expert_fields_register(protocol);
    settings_register(protocol);
    tap = register_tap("aoe");
    statistics_register(protocol);
    export_register(protocol);
    register_init_routine(open_capture);
    register_cleanup_routine(close_capture);
    register_postseq_cleanup_routine(end_first_pass);
    register_dissector_with_description("aoe_suite", "ATA over Ethernet", dissect, protocol);
}

void dissect_hand_off(void)
{
    dissector_add_uint("ethertype", AOE_ETHERTYPE, find_dissector("aoe_suite"));
}
