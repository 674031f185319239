/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"
#include "fields.h"
#include "link.h"
#include "show.h"

static expert_field *level_of(const struct aoe_clause *clause)
{
    if (clause->level == AOE_MUST)
        return &expert_fields.must;
    return clause->level == AOE_SHOULD ? &expert_fields.should : &expert_fields.may;
}

/* The bytes of a field as far as they are there; nothing of the link's header. */
static void place_of(const struct show *show, const struct history_note *note, int *offset,
                     int *length)
{
    int captured = (int)tvb_captured_length(show->tvb);
    *offset = link_offset(note->byte);
    *length = note->bytes;
    if (*offset < 0 || *offset > captured)
        *offset = *length = 0;
    else if (*length > captured - *offset)
        *length = captured - *offset;
}

static void show_rule(const struct show *show, const struct history_note *note, proto_item *item)
{
    expert_add_info_format(show->packet, item, level_of(note->clause),
                           "%s: %s is %s, expected %s (byte %u): %s", note->clause->id, note->field,
                           note->actual, note->expected, note->byte, note->clause->sentence);
}

static void show_note(void *user, const struct history_note *note)
{
    const struct show *show = user;
    proto_item *item = show->item;
    int offset, length;
    if (note->clause) {
        place_of(show, note, &offset, &length);
        item = proto_tree_add_string(show->tree, fields.rule, show->tvb, offset, length,
                                     note->clause->id);
        proto_item_set_generated(item);
    }
    if (note->kind == HISTORY_RULE)
        show_rule(show, note, item);
    else
        expert_add_info_format(show->packet, item, &expert_fields.notes[note->kind], "%s is %s: %s",
                               note->field, note->actual, note->expected);
}

/* What became of a request, by the frames after it. */
static void show_outcome(const struct show *show)
{
    const struct history_exchange *exchange = show->exchange;
    if (exchange->kind != AOE_EXCHANGE_REQUEST)
        expert_add_info(show->packet, show->item, &expert_fields.repeat);
    if (exchange->spurious)
        expert_add_info(show->packet, show->item, &expert_fields.spurious);
    if (exchange->unanswered)
        expert_add_info(show->packet, show->item, &expert_fields.unanswered);
    else if (exchange->open)
        expert_add_info(show->packet, show->item, &expert_fields.open);
}

static void show_kind(const struct show *show)
{
    switch (show->exchange->kind) {
    case AOE_EXCHANGE_DUPLICATE:
        expert_add_info(show->packet, show->item, &expert_fields.duplicate);
        break;
    case AOE_EXCHANGE_LATE:
        expert_add_info_format(show->packet, show->item, &expert_fields.late, "%s",
                               show->exchange->given_up
                                   ? "The command was given up as unanswered before"
                                   : "The command was already answered: its repeat was spurious");
        break;
    case AOE_EXCHANGE_UNSOLICITED:
        expert_add_info(show->packet, show->item, &expert_fields.unsolicited);
        break;
    case AOE_EXCHANGE_ANSWER:
        break;
    default:
        show_outcome(show);
    }
}

void show_notes(const struct show *show)
{
    if (!show->history)
        return;
    if (show->exchange)
        show_kind(show);
    history_notes(show->history, show->packet->num, show_note, (void *)show);
}
