/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "response_times.h"

#include <epan/srt_table.h>

#include "protocol/names.h"
#include "tap.h"

enum { TABLE_ATA, TABLE_AOE, TABLES, ROWS = 256, NAME = 64 };

static srt_stat_table *table_at(GArray *tables, unsigned index)
{
    return g_array_index(tables, srt_stat_table *, index);
}

static void add_rows(srt_stat_table *table, const char *name(uint8_t value))
{
    char text[NAME];
    for (int i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "0x%02x %s", (unsigned)i, name((uint8_t)i));
        init_srt_table_row(table, i, text);
    }
}

static void begin(struct register_srt *srt, GArray *tables)
{
    (void)srt;
    add_rows(init_srt_table("ATA over Ethernet: ATA commands", "ATA commands", tables, ROWS,
                            "Opcode", "aoe.ata.cmd", NULL),
             aoe_name_opcode);
    add_rows(init_srt_table("ATA over Ethernet: commands", "Commands", tables, ROWS, "Command",
                            "aoe.cmd", NULL),
             aoe_name_command);
}

/* When the request was sent that this frame answers: the table counts from there. */
static nstime_t time_of_request(const packet_info *packet, int64_t round_trip)
{
    enum { NANOSECONDS = 1000000000 };
    const nstime_t since = {(time_t)(round_trip / NANOSECONDS), (int)(round_trip % NANOSECONDS)};
    nstime_t request;
    nstime_delta(&request, &packet->abs_ts, &since);
    return request;
}

static tap_packet_status count(void *user, packet_info *packet, epan_dissect_t *dissection,
                               const void *data, tap_flags_t flags)
{
    GArray *tables = ((srt_data_t *)user)->srt_array;
    const struct aoe_tap *told = data;
    const struct aoe_frame *frame = &told->link->frame;
    (void)dissection;
    (void)flags;
    if (!told->counted || told->exchange.kind != AOE_EXCHANGE_ANSWER)
        return TAP_PACKET_DONT_REDRAW;
    const nstime_t request = time_of_request(packet, told->exchange.since_last);
    if (frame->command == AOE_COMMAND_ATA)
        add_srt_table_data(table_at(tables, TABLE_ATA), told->exchange.opcode, &request, packet);
    add_srt_table_data(table_at(tables, TABLE_AOE), frame->command, &request, packet);
    return TAP_PACKET_REDRAW;
}

void response_times_register(int protocol)
{
    register_srt_table(protocol, NULL, TABLES, count, begin, NULL);
}
