/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_statistics.h"

#include <glib.h>

#include <epan/stat_tap_ui.h>
#include <stdlib.h>
#include <wsutil/report_message.h>

#include "dissect.h"
#include "json_rules.h"
#include "settings.h"
#include "tap.h"

#define NAME "aoe,json"

struct statistics {
    char *filter;
    struct tally tally;
    struct rule_tally rules;
    const struct history *history; /* of the frames that were counted; NULL before the first */
    bool ready;                    /* there was memory */
};

static void close_figures(struct statistics *statistics)
{
    tally_close(&statistics->tally);
    rule_tally_close(&statistics->rules);
    statistics->history = NULL;
}

static void reset(void *user)
{
    struct statistics *statistics = user;
    if (statistics->ready)
        close_figures(statistics);
    statistics->ready = tally_open(&statistics->tally, settings_now().patience) == 0;
    if (!statistics->ready || rule_tally_open(&statistics->rules) == 0)
        return;
    tally_close(&statistics->tally);
    statistics->ready = false;
}

static tap_packet_status count(void *user, packet_info *packet, epan_dissect_t *dissection,
                               const void *data, tap_flags_t flags)
{
    struct statistics *statistics = user;
    const struct aoe_tap *told = data;
    (void)packet;
    (void)dissection;
    (void)flags;
    if (!statistics->ready)
        return TAP_PACKET_FAILED;
    const struct tally_frame frame = {.frame = &told->link->frame,
                                      .exchange = told->counted ? &told->exchange : NULL,
                                      .vlan = told->link->vlan,
                                      .number = told->number,
                                      .time = told->link->time};
    int pair = tally_add(&statistics->tally, &frame);
    statistics->history = told->history;
    if (pair >= 0)
        rule_tally_add(&statistics->rules, told->history, told->number, (uint32_t)pair);
    return TAP_PACKET_REDRAW;
}

static void put_time(json_dumper *to, const char *name, bool known, int64_t time)
{
    if (known)
        json_signed(to, name, time);
    else
        json_null(to, name);
}

static void put_capture(json_dumper *to, const struct tally *tally)
{
    bool any = tally->frames;
    json_dumper_set_member_name(to, "capture");
    json_dumper_begin_object(to);
    json_number(to, "aoe_frames", tally->frames);
    json_number(to, "cut_frames", tally->cut_frames);
    json_number(to, "wire_bytes", tally->wire_bytes);
    put_time(to, "start_ns", any, tally->start);
    put_time(to, "end_ns", any, tally->end);
    put_time(to, "duration_ns", any, (int64_t)tally_duration(tally));
    json_number(to, "steps_back", tally->steps_back);
    json_signed(to, "step_back_max_ns", tally->step_back_max);
    json_signed(to, "patience_ns", tally->patience);
    json_bool(to, "complete", !tally->traffic.overflow && !tally->traffic.pool.full);
    json_dumper_end_object(to);
}

static void draw(void *user)
{
    struct statistics *statistics = user;
    /* The history of a capture that was closed is gone, and its figures are of no more use. */
    if (!statistics->ready || (statistics->history && statistics->history != dissect_history()))
        return;
    json_dumper to = {.output_file = stdout};
    tally_settle(&statistics->tally, statistics->history);
    json_dumper_begin_object(&to);
    json_text(&to, "suite", "aoe-suite");
    json_text(&to, "tool", "aoe-dissector");
    json_text(&to, "version", SUITE_VERSION);
    json_number(&to, "schema", 1);
    json_text(&to, "filter", statistics->filter);
    put_capture(&to, &statistics->tally);
    json_figures(&to, &statistics->tally);
    json_rules(&to, &statistics->rules, &statistics->tally.traffic, settings_now().rules);
    json_dumper_end_object(&to);
    json_dumper_finish(&to);
    fputc('\n', stdout);
}

static void finish(void *user)
{
    struct statistics *statistics = user;
    if (statistics->ready)
        close_figures(statistics);
    g_free(statistics->filter);
    g_free(statistics);
}

/* Only -z leads here: like Wireshark's own statistics it ends the program where it is wrong. */
static void begin(const char *argument, void *user)
{
    struct statistics *statistics = g_new0(struct statistics, 1);
    (void)user;
    if (g_str_has_prefix(argument, NAME ","))
        statistics->filter = g_strdup(argument + strlen(NAME ","));
    reset(statistics);
    GString *error = register_tap_listener("aoe", statistics, statistics->filter,
                                           TL_REQUIRES_NOTHING, reset, count, draw, finish);
    if (!error)
        return;
    report_failure("-z %s: %s", argument, error->str);
    g_string_free(error, TRUE);
    finish(statistics);
    exit(EXIT_FAILURE);
}

void json_statistics_listen(void)
{
    static stat_tap_ui ui = {
        REGISTER_STAT_GROUP_GENERIC, "AoE as JSON", NAME, begin, 0, NULL,
    };
    register_stat_tap_ui(&ui, NULL);
}
