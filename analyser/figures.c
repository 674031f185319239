/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a capture as one, and the figures of its parts together. */
#include "analysis.h"

int figures_open(struct figures *figures)
{
    *figures = (struct figures){.counters = {.frames = 0}};
    if (traffic_open(&figures->traffic) == 0 && timeline_open(&figures->timeline) == 0)
        return 0;
    figures_close(figures);
    return -1;
}

void figures_close(struct figures *figures)
{
    traffic_close(&figures->traffic);
    timeline_close(&figures->timeline);
    findings_close(&figures->findings);
}

/* The counters of AoE frames alone: the others are known from the whole part. */
static void restart_counters(struct counters *counters)
{
    counters->aoe_frames = counters->wire_bytes = 0;
    counters->steps_back = 0;
    counters->step_back_max = 0;
}

void analysis_restart(struct analysis *analysis)
{
    restart_counters(&analysis->figures.counters);
    timeline_restart(&analysis->figures.timeline);
    traffic_restart(&analysis->figures.traffic);
    findings_restart(&analysis->figures.findings);
    analysis->figures.slowest.count = 0;
}

static void join_times(struct counters *to, const struct counters *after)
{
    if (!after->aoe_frames)
        return;
    if (!to->aoe_frames || after->start < to->start)
        to->start = after->start;
    if (!to->aoe_frames || after->end > to->end)
        to->end = after->end;
}

void counters_join(struct counters *to, const struct counters *after)
{
    join_times(to, after);
    to->frames += after->frames;
    to->aoe_frames += after->aoe_frames;
    to->cut_frames += after->cut_frames;
    to->other_frames += after->other_frames;
    to->filtered_frames += after->filtered_frames;
    to->not_ethernet += after->not_ethernet;
    to->timeless += after->timeless;
    to->wire_bytes += after->wire_bytes;
    to->steps_back += after->steps_back;
    if (after->step_back_max > to->step_back_max)
        to->step_back_max = after->step_back_max;
    to->dropped += after->dropped;
    to->drops_known |= after->drops_known;
}

int figures_join(struct figures *figures, struct figures *after, uint64_t shift, uint32_t *pairs)
{
    uint32_t targets[TIMELINE_TARGETS];
    if (traffic_join(&figures->traffic, &after->traffic, pairs) < 0)
        return -1;
    for (size_t i = 0; i < TIMELINE_TARGETS; i++)
        targets[i] = TIMELINE_TARGETS;
    for (size_t i = 0; i < after->traffic.pair_count; i++)
        if (after->traffic.pairs[i]->target < TIMELINE_TARGETS)
            targets[after->traffic.pairs[i]->target] = figures->traffic.pairs[pairs[i]]->target;
    counters_join(&figures->counters, &after->counters);
    slowest_join(&figures->slowest, &after->slowest, shift, pairs);
    if (findings_join(&figures->findings, &after->findings, shift, pairs) < 0)
        return -1;
    return timeline_join(&figures->timeline, &after->timeline, targets);
}

uint64_t figures_duration(const struct figures *figures)
{
    const struct counters *counters = &figures->counters;
    return counters->aoe_frames ? (uint64_t)counters->end - (uint64_t)counters->start : 0;
}
