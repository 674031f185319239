/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "count_tree.h"

#include <epan/stats_tree.h>

#include "protocol/ata.h"
#include "protocol/names.h"
#include "tally.h"
#include "tap.h"

#define FRAMES "Frames"
#define COMMANDS "Commands"
#define ERRORS "Answers with an error"
#define SIZES "Sectors of reads and writes"
#define REPEATS "Repeats before the answer"
#define TARGETS "Targets"

enum { NODE_TEXT = 96 };

static const char *kind_text(const struct history_exchange *exchange)
{
    static const char *const texts[] = {
        [AOE_EXCHANGE_REQUEST] = "first requests",
        [AOE_EXCHANGE_REPEAT] = "repeats with the same tag",
        [AOE_EXCHANGE_REPEAT_NEW] = "repeats with a new tag",
        [AOE_EXCHANGE_ANSWER] = "answers",
        [AOE_EXCHANGE_DUPLICATE] = "duplicate responses",
        [AOE_EXCHANGE_LATE] = "late responses",
        [AOE_EXCHANGE_UNSOLICITED] = "unsolicited responses",
        [AOE_EXCHANGE_NONE] = "others",
    };
    return texts[exchange->kind];
}

static int tick(stats_tree *tree, const char *text, int parent)
{
    return tick_stat_node(tree, text, parent, FALSE);
}

/* A node with others below it. */
static int tick_parent(stats_tree *tree, const char *text, int parent)
{
    return tick_stat_node(tree, text, parent, TRUE);
}

static void begin(stats_tree *tree)
{
    static const char *const texts[] = {FRAMES, COMMANDS, ERRORS, SIZES, REPEATS, TARGETS};
    for (size_t i = 0; i < array_length(texts); i++)
        stats_tree_create_node(tree, texts[i], 0, STAT_DT_INT, TRUE);
}

/* Names of nodes are unique in a tree: the parents' texts are told apart from the children's. */
static void count_command(stats_tree *tree, const struct aoe_frame *frame,
                          const struct history_exchange *exchange)
{
    char text[NODE_TEXT];
    enum operation operation = tally_operation(frame, exchange);
    int node = tick_parent(tree, operation_name(operation), tick_parent(tree, COMMANDS, 0));
    if (frame->command == AOE_COMMAND_ATA)
        snprintf(text, sizeof text, "%s (0x%02x)", aoe_name_opcode(exchange->opcode),
                 exchange->opcode);
    else
        snprintf(text, sizeof text, "%s (0x%02x)", aoe_name_command(frame->command),
                 frame->command);
    tick(tree, text, node);
    if (operation != OPERATION_READ && operation != OPERATION_WRITE)
        return;
    snprintf(text, sizeof text, "%u sectors", exchange->count);
    tick(tree, text, tick_parent(tree, SIZES, 0));
}

static void count_error(stats_tree *tree, const struct aoe_frame *frame)
{
    char text[NODE_TEXT], bits[NODE_TEXT / 2];
    int node = tick_parent(tree, ERRORS, 0);
    if (aoe_is_error(frame))
        snprintf(text, sizeof text, "AoE error %u: %s", frame->error, aoe_name_error(frame->error));
    else
        snprintf(text, sizeof text, "ATA error %s",
                 aoe_name_ata_error(bits, sizeof bits, frame->ata.feature));
    tick(tree, text, node);
}

static void count_answer(stats_tree *tree, const struct aoe_frame *frame,
                         const struct history_exchange *exchange)
{
    char text[NODE_TEXT];
    if (tally_failed(frame))
        count_error(tree, frame);
    snprintf(text, sizeof text, "sent again %u times", exchange->repeats);
    tick(tree, exchange->repeats ? text : "sent once", tick_parent(tree, REPEATS, 0));
}

static void count_target(stats_tree *tree, const struct link_frame *link,
                         const struct history_exchange *exchange)
{
    char text[LINK_TARGET_TEXT];
    int node = tick_parent(tree, link_target_text(text, link), tick_parent(tree, TARGETS, 0));
    tick(tree, kind_text(exchange), node);
    if (exchange->kind == AOE_EXCHANGE_ANSWER && tally_failed(&link->frame))
        tick(tree, "of these with an error", node);
}

static tap_packet_status count(stats_tree *tree, packet_info *packet, epan_dissect_t *dissection,
                               const void *data, tap_flags_t flags)
{
    const struct aoe_tap *told = data;
    const struct aoe_frame *frame = &told->link->frame;
    const struct history_exchange *exchange = &told->exchange;
    (void)packet;
    (void)dissection;
    (void)flags;
    int frames = tick_parent(tree, FRAMES, 0);
    tick(tree, told->counted ? kind_text(exchange) : "cut too short", frames);
    if (!told->counted)
        return TAP_PACKET_REDRAW;
    if (exchange->kind == AOE_EXCHANGE_REQUEST)
        count_command(tree, frame, exchange);
    else if (exchange->kind == AOE_EXCHANGE_ANSWER)
        count_answer(tree, frame, exchange);
    count_target(tree, told->link, exchange);
    return TAP_PACKET_REDRAW;
}

void count_tree_register(void)
{
    stats_tree_register_plugin("aoe", "aoe", "ATA over Ethernet", TL_REQUIRES_NOTHING, count, begin,
                               NULL);
}
