/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"
#include "fields.h"
#include "show.h"

/* What follows from other frames is shown as generated. */
static proto_item *add_frame(const struct show *show, int field, uint32_t number)
{
    if (!number)
        return NULL;
    proto_item *item = proto_tree_add_uint(show->tree, field, show->tvb, 0, 0, number);
    proto_item_set_generated(item);
    return item;
}

static void add_time(const struct show *show, int field, int64_t duration)
{
    const nstime_t time = {(time_t)(duration / 1000000000), (int)(duration % 1000000000)};
    proto_item_set_generated(proto_tree_add_time(show->tree, field, show->tvb, 0, 0, &time));
}

static void show_answers(const struct show *show)
{
    enum { MOST = 256 };
    uint32_t answers[MOST];
    size_t count = history_answers(show->history, show->packet->num, answers, MOST);
    for (size_t i = 0; i < count && i < MOST; i++)
        add_frame(show, fields.response_in, answers[i]);
}

static void show_request(const struct show *show)
{
    const struct history_exchange *exchange = show->exchange;
    add_frame(show, fields.retransmission_of, exchange->previous);
    if (exchange->kind != AOE_EXCHANGE_REQUEST) {
        add_time(show, fields.time, exchange->since_last);
        add_time(show, fields.time_first, exchange->since_first);
    }
    add_frame(show, fields.retransmitted_in, exchange->next);
    show_answers(show);
}

static void show_response(const struct show *show)
{
    const struct history_exchange *exchange = show->exchange;
    if (exchange->kind == AOE_EXCHANGE_UNSOLICITED)
        return;
    add_frame(show, fields.response_to, exchange->request);
    add_time(show, fields.time, exchange->since_last);
    add_time(show, fields.time_first, exchange->since_first);
    if (exchange->repeats)
        proto_item_set_generated(
            proto_tree_add_uint(show->tree, fields.repeats, show->tvb, 0, 0, exchange->repeats));
    if (exchange->kind == AOE_EXCHANGE_DUPLICATE)
        add_frame(show, fields.duplicate_of, exchange->answer);
}

void show_exchange(const struct show *show)
{
    if (!show->exchange)
        return;
    if (aoe_is_response(show->frame))
        show_response(show);
    else
        show_request(show);
}
