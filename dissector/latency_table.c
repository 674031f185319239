/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "latency_table.h"

#include <glib.h>

#include <epan/stat_tap_ui.h>
#include <stdlib.h>

#include "common/latency.h"
#include "tally.h"
#include "tap.h"

#define BY_OPERATION "By operation"
#define BY_TARGET "By target"

enum {
    COLUMN_OF,
    COLUMN_LATENCY,
    COLUMN_COUNT,
    COLUMN_MIN,
    COLUMN_MEAN,
    COLUMN_P50,
    COLUMN_P90,
    COLUMN_P99,
    COLUMN_MAX,
    COLUMNS,
};
enum { PERCENTILES = 3 };
enum kind { ROUND_TRIP, COMMAND, KINDS };
enum { ALL = -1, NAME_TEXT = 48 };

/* What a row is about; it belongs to the first column of it. */
struct row {
    int64_t key;
    char name[NAME_TEXT];
    struct latency_pool pool;
    struct latency latency;
    struct latency_mark marks[PERCENTILES];
};

static stat_tap_table_item_type text_item(const char *text)
{
    return (stat_tap_table_item_type){.type = TABLE_ITEM_STRING, .value.string_value = text};
}

static double milliseconds(int64_t ns)
{
    return (double)ns / 1e6;
}

static void set_float(stat_tap_table *table, unsigned row, unsigned column, double value)
{
    stat_tap_get_field_data(table, row, column)->value.float_value = value;
}

/* There is no moment at which all rows are drawn: each is up to date after every frame. */
static void show_row(stat_tap_table *table, unsigned index, struct row *row, int64_t latest)
{
    static const unsigned parts[PERCENTILES] = {50, 90, 99};
    const struct latency *latency = &row->latency;
    stat_tap_get_field_data(table, index, COLUMN_COUNT)->value.uint_value = (guint)latency->count;
    set_float(table, index, COLUMN_MIN, milliseconds(latency->min));
    set_float(table, index, COLUMN_MEAN, milliseconds(latency_mean(latency)));
    for (unsigned i = 0; i < PERCENTILES; i++)
        set_float(table, index, COLUMN_P50 + i,
                  milliseconds(
                      latency_follow(&row->pool, latency, &row->marks[i], latest, parts[i], 100)));
    set_float(table, index, COLUMN_MAX, milliseconds(latency->max));
}

static struct row *row_at(const stat_tap_table *table, unsigned index)
{
    return stat_tap_get_field_data(table, index, COLUMN_OF)->user_data.ptr_value;
}

static struct row *row_new(stat_tap_table *table, int64_t key, const char *name, enum kind kind)
{
    static const char *const kinds[KINDS] = {"round trip", "command"};
    stat_tap_table_item_type items[COLUMNS];
    struct row *row = g_new0(struct row, 1);
    row->key = key;
    g_strlcpy(row->name, name, sizeof row->name);
    if (!latency_pool_open(&row->pool, LATENCY_CHUNKS)) {
        g_free(row);
        return NULL;
    }
    for (unsigned i = COLUMN_MIN; i < COLUMNS; i++)
        items[i] = (stat_tap_table_item_type){.type = TABLE_ITEM_FLOAT};
    items[COLUMN_OF] = text_item(row->name);
    items[COLUMN_OF].user_data.ptr_value = row;
    items[COLUMN_LATENCY] = text_item(kinds[kind]);
    items[COLUMN_COUNT] = (stat_tap_table_item_type){.type = TABLE_ITEM_UINT};
    stat_tap_init_table_row(table, table->num_elements, COLUMNS, items);
    return row;
}

/* The index of the first of the rows with that key, made where they are new; -1 without memory. */
static int rows_of(stat_tap_table *table, int64_t key, const char *name)
{
    for (unsigned i = 0; i < table->num_elements; i += KINDS)
        if (row_at(table, i)->key == key)
            return (int)i;
    int first = (int)table->num_elements;
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (!row_new(table, key, name, kind))
            return -1;
    return first;
}

static void add(stat_tap_table *table, int64_t key, const char *name,
                const struct history_exchange *exchange)
{
    const int64_t latencies[KINDS] = {exchange->since_last, exchange->since_first};
    int first = rows_of(table, key, name);
    for (unsigned i = 0; first >= 0 && i < KINDS; i++) {
        struct row *row = row_at(table, (unsigned)first + i);
        latency_add(&row->pool, &row->latency, latencies[i]);
        show_row(table, (unsigned)first + i, row, latencies[i]);
    }
}

static void add_target(stat_tap_table *table, const struct link_frame *link,
                       const struct history_exchange *exchange)
{
    char name[LINK_TARGET_TEXT];
    const struct aoe_frame *frame = &link->frame;
    add(table, (int64_t)link->vlan << 24 | (int64_t)frame->shelf << 8 | frame->slot,
        link_target_text(name, link), exchange);
}

static tap_packet_status count(void *user, packet_info *packet, epan_dissect_t *dissection,
                               const void *data, tap_flags_t flags)
{
    stat_tap_table_ui *ui = ((stat_data_t *)user)->stat_tap_data;
    const struct aoe_tap *told = data;
    (void)packet;
    (void)dissection;
    (void)flags;
    if (!told->counted || told->exchange.kind != AOE_EXCHANGE_ANSWER)
        return TAP_PACKET_DONT_REDRAW;
    enum operation operation = tally_operation(&told->link->frame, &told->exchange);
    stat_tap_table *by_operation = stat_tap_find_table(ui, BY_OPERATION);
    add(by_operation, ALL, "all", &told->exchange);
    add(by_operation, operation, operation_name(operation), &told->exchange);
    add_target(stat_tap_find_table(ui, BY_TARGET), told->link, &told->exchange);
    return TAP_PACKET_REDRAW;
}

static void reset(stat_tap_table *table)
{
    for (unsigned i = 0; i < table->num_elements; i++) {
        struct row *row = row_at(table, i);
        latency_pool_clear(&row->pool);
        row->latency = (struct latency){.count = 0};
        memset(row->marks, 0, sizeof row->marks);
        for (unsigned column = COLUMN_COUNT; column < COLUMNS; column++)
            memset(&stat_tap_get_field_data(table, i, column)->value, 0,
                   sizeof(stat_tap_get_field_data(table, i, column)->value));
    }
}

static void free_item(stat_tap_table *table, unsigned index, unsigned column,
                      stat_tap_table_item_type *item)
{
    struct row *row = column == COLUMN_OF ? item->user_data.ptr_value : NULL;
    (void)table;
    (void)index;
    if (!row)
        return;
    latency_pool_close(&row->pool);
    g_free(row);
    item->user_data.ptr_value = NULL;
}

static void begin_table(stat_tap_table_ui *ui, const char *name)
{
    stat_tap_table *table = stat_tap_find_table(ui, name);
    if (table)
        reset(table);
    else
        stat_tap_add_table(ui, stat_tap_init_table(name, COLUMNS, 0, NULL));
}

static void begin(stat_tap_table_ui *ui)
{
    begin_table(ui, BY_OPERATION);
    begin_table(ui, BY_TARGET);
}

void latency_table_register(void)
{
    static stat_tap_table_item columns[COLUMNS] = {
        {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Of", "%-20s"},
        {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Latency", "%-10s"},
        {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Count", "%9u"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Min (ms)", "%12.6f"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Mean (ms)", "%12.6f"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "p50 (ms)", "%12.6f"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "p90 (ms)", "%12.6f"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "p99 (ms)", "%12.6f"},
        {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Max (ms)", "%12.6f"},
    };
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    static stat_tap_table_ui ui = {.group = REGISTER_STAT_GROUP_RESPONSE_TIME,
                                   .title = "ATA over Ethernet latencies",
                                   .tap_name = "aoe",
                                   .cli_string = "aoe,latency",
                                   .stat_tap_init_cb = begin,
                                   .packet_func = count,
                                   .stat_tap_reset_table_cb = reset,
                                   .stat_tap_free_table_item_cb = free_item,
                                   .nfields = COLUMNS,
                                   .fields = columns,
                                   .nparams = array_length(parameters),
                                   .params = parameters};
    register_stat_tap_table_ui(&ui);
}
