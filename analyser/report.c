/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/utf8.h"
#include "format.h"
#include "results.h"

enum { ALIKE_SHOWN = 12, FRAMES_SHOWN = 4, FINDINGS_SHOWN = 3 };

const char *report_target(const struct printer *printer, const struct traffic *traffic,
                          size_t target)
{
    char name[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    const struct traffic_target *of = traffic->targets[target];
    const char *tagged = aoe_vlan_text(vlan, of->vlan);
    return arena_print(printer->scratch, "%s%s%s", results_target(name, of), tagged ? " vlan " : "",
                       tagged ? tagged : "");
}

const char *report_initiator(const struct printer *printer, const struct traffic *traffic,
                             size_t initiator)
{
    char name[AOE_MAC_TEXT];
    return arena_text(printer->scratch, results_initiator(name, traffic->initiators[initiator]));
}

static const char *place(const struct printer *printer, const struct material *material,
                         uint64_t frame)
{
    char to[MATERIAL_PLACE];
    return arena_text(printer->scratch, material_place(to, material, frame));
}

static const char *counted(const struct printer *printer, uint64_t count, const char *word)
{
    char to[FORMAT_TEXT];
    return arena_text(printer->scratch, format_counted(to, count, word));
}

/* ---- what is wrong and slow ---- */

static enum colour severity_colour(enum severity severity)
{
    static const enum colour colours[] = {COLOUR_RED, COLOUR_YELLOW, COLOUR_BLUE};
    return colours[severity];
}

static const char *about(const struct printer *printer, const struct traffic *traffic,
                         const struct problem *problem)
{
    if (problem->target == PROBLEM_NOTHING)
        return "capture";
    const char *text = report_target(printer, traffic, (size_t)problem->target);
    if (problem->operation != PROBLEM_NOTHING)
        text = arena_print(printer->scratch, "%s %s", text,
                           operation_name((enum operation)problem->operation));
    if (problem->initiator != PROBLEM_NOTHING)
        text = arena_print(printer->scratch, "%s from %s", text,
                           report_initiator(printer, traffic, (size_t)problem->initiator));
    return text;
}

static const char *frames_text(const struct printer *printer, const struct material *material,
                               const struct problem *problem)
{
    const char *text = "";
    size_t shown = printer->verbose ? PROBLEM_FRAMES : FRAMES_SHOWN;
    for (size_t i = 0; i < problem->frame_count && i < shown; i++)
        text = arena_print(printer->scratch, "%s%s%s", text, i ? ", " : "",
                           place(printer, material, problem->frames[i]));
    return arena_print(printer->scratch, "%s %s%s", problem->frame_count == 1 ? "frame" : "frames",
                       text, problem->frame_count > shown ? " ..." : "");
}

enum { COLUMN = 8 };

static void print_problem(const struct printer *printer, const struct material *material,
                          const struct problem *problem)
{
    const struct traffic *traffic = &material->analysis.figures.traffic;
    printer_add(printer, severity_colour(problem->severity), "%-*s", COLUMN,
                severity_name(problem->severity));
    printer_wrap(printer, COLUMN, COLUMN,
                 arena_print(printer->scratch, "%s: %s. (%s)", about(printer, traffic, problem),
                             problem->text, problem->id));
    if (!problem->frame_count)
        return;
    printer_add(printer, COLOUR_NONE, "%*s", COLUMN, "");
    printer_wrap(printer, COLUMN, COLUMN, frames_text(printer, material, problem));
}

/* How many from `first` on are the same problem of the same severity elsewhere. */
static size_t alike(const struct problems *problems, size_t first)
{
    size_t count = 1;
    while (first + count < problems->count &&
           !strcmp(problems->list[first].id, problems->list[first + count].id) &&
           problems->list[first].severity == problems->list[first + count].severity)
        count++;
    return count;
}

/* Where else: the worst is told in full, of the others where they are and how often. */
static void print_alike(const struct printer *printer, const struct traffic *traffic,
                        const struct problem *others, size_t count)
{
    char number[FORMAT_TEXT];
    const char *text = "also at";
    for (size_t i = 0; i < count && i < ALIKE_SHOWN; i++) {
        text = arena_print(printer->scratch, "%s%s %s", text, i ? "," : "",
                           about(printer, traffic, &others[i]));
        if (others[i].counted)
            text = arena_print(printer->scratch, "%s (%s)", text,
                               format_count(number, others[i].count));
    }
    if (count > ALIKE_SHOWN)
        text = arena_print(printer->scratch, "%s, and %zu more", text, count - ALIKE_SHOWN);
    printer_add(printer, COLOUR_NONE, "%*s", COLUMN, "");
    printer_wrap(printer, COLUMN, COLUMN, text);
}

static void print_problems(const struct printer *printer, const struct material *material,
                           const struct problems *problems, bool rules)
{
    const struct traffic *traffic = &material->analysis.figures.traffic;
    if (!problems->count && !rules && material->analysis.figures.counters.aoe_frames)
        printer_wrap(printer, 0, 0, "Nothing stands out as wrong or slow.");
    for (size_t i = 0, count; i < problems->count; i += count) {
        count = printer->verbose ? 1 : alike(problems, i);
        print_problem(printer, material, &problems->list[i]);
        if (count > 1)
            print_alike(printer, traffic, &problems->list[i + 1], count - 1);
    }
    fprintf(printer->to, "\n");
}

static void print_broken_count(const struct printer *printer, const struct judgement *judgement)
{
    size_t count = 0;
    while (count < judgement->count && judgement->verdicts[count].judged <= JUDGED_FIXED)
        count++;
    if (!count)
        return;
    printer_add(printer, COLOUR_RED, "%-*s", COLUMN, "wrong");
    printer_wrap(printer, COLUMN, COLUMN,
                 arena_print(printer->scratch, "%s of the protocol broken: see below",
                             counted(printer, count, "rule")));
}

/* ---- the capture ---- */

static void print_time(const struct printer *printer, const struct figures *figures)
{
    char start[FORMAT_TEXT], duration[FORMAT_TEXT];
    if (!figures->counters.aoe_frames)
        return;
    printer_item_format(printer, "time", "%s from %s",
                        format_duration(duration, figures_duration(figures)),
                        format_time(start, figures->counters.start));
}

static void print_frames(const struct printer *printer, const struct counters *counters)
{
    char bytes[FORMAT_TEXT], aoe[FORMAT_TEXT];
    const char *text = arena_print(
        printer->scratch, "%s, %s of them AoE, %s", counted(printer, counters->frames, "frame"),
        format_count(aoe, counters->aoe_frames), format_bytes(bytes, counters->wire_bytes));
    const struct {
        uint64_t count;
        const char *word;
    } others[] = {
        {counters->other_frames, "of other protocols"},
        {counters->filtered_frames, "not asked for"},
        {counters->cut_frames, "AoE but cut too short to be read"},
        {counters->not_ethernet, "of other link types"},
        {counters->timeless, "without a time"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].count)
            text = arena_print(printer->scratch, "%s; %s %s", text,
                               format_count(aoe, others[i].count), others[i].word);
    printer_item(printer, "frames", text);
}

static void print_drops(const struct printer *printer, const struct material *material)
{
    const struct counters *counters = &material->analysis.figures.counters;
    if (material->interrupted)
        printer_item(printer, "dropped", "not known: reading was interrupted");
    else if (!counters->drops_known)
        printer_item(printer, "dropped", "the capture does not say");
    else
        printer_item_format(printer, "dropped", "%s, says the capturing machine",
                            counted(printer, counters->dropped, "frame"));
}

static void print_files(const struct printer *printer, const struct material *material)
{
    char first[FORMAT_TEXT], last[FORMAT_TEXT];
    for (size_t i = 0; i < material->file_count; i++) {
        const struct page_file *file = &material->files[i];
        if (file->frames)
            printer_item_format(printer, "file", "%s: frames %s to %s", file->name,
                                format_count(first, file->first_frame),
                                format_count(last, file->first_frame + file->frames - 1));
        else
            printer_item_format(printer, "file", "%s: no frames", file->name);
    }
}

static bool advertises_alike(const struct traffic_target *a, const struct traffic_target *b)
{
    return b->advertised && a->buffer_count == b->buffer_count &&
           a->sector_count == b->sector_count && a->firmware == b->firmware;
}

/* The targets of `order` that advertise the same as the first; those named are taken out of it. */
static const char *names_alike(const struct printer *printer, const struct traffic *traffic,
                               uint16_t *order, size_t *count)
{
    const struct traffic_target *first = traffic->targets[order[0]];
    const char *text = "";
    size_t left = 0, named = 0;
    for (size_t i = 0; i < *count; i++) {
        if (!advertises_alike(first, traffic->targets[order[i]])) {
            order[left++] = order[i];
            continue;
        }
        if (named++ < ALIKE_SHOWN)
            text = arena_print(printer->scratch, "%s%s%s", text, *text ? ", " : "",
                               report_target(printer, traffic, order[i]));
    }
    *count = left;
    return named > ALIKE_SHOWN
               ? arena_print(printer->scratch, "%s and %zu more", text, named - ALIKE_SHOWN)
               : text;
}

static void print_advertised(const struct printer *printer, const struct traffic *traffic)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t all = group_order(traffic, GROUP_TARGET, order), count = 0;
    for (size_t i = 0; i < all; i++)
        if (traffic->targets[order[i]]->advertised)
            order[count++] = order[i];
    while (count) {
        const struct traffic_target *target = traffic->targets[order[0]];
        const char *names = names_alike(printer, traffic, order, &count);
        printer_item_format(printer, "target",
                            "%s: buffer count %u, sector count %u%s, firmware 0x%04x", names,
                            target->buffer_count, aoe_sectors_allowed(target->sector_count),
                            target->sector_count ? "" : " (sent as 0)", target->firmware);
    }
}

static void print_capture(const struct printer *printer, const struct material *material)
{
    const struct figures *figures = &material->analysis.figures;
    print_time(printer, figures);
    print_frames(printer, &figures->counters);
    print_drops(printer, material);
    if (printer->verbose)
        print_files(printer, material);
    if (figures->traffic.initiator_count == 1)
        printer_item(printer, "initiator", report_initiator(printer, &figures->traffic, 0));
    print_advertised(printer, &figures->traffic);
    if (figures->traffic.overflow || figures->traffic.pool.full)
        printer_item(printer, "limits", "reached: see the warnings");
    fprintf(printer->to, "\n");
}

/* ---- rules ---- */

static enum colour judged_colour(enum judged judged)
{
    static const enum colour colours[] = {COLOUR_RED, COLOUR_RED, COLOUR_YELLOW, COLOUR_BLUE};
    return colours[judged];
}

static void print_broken(const struct printer *printer, const struct material *material,
                         const struct broken_rule *broken)
{
    enum { INDENT = COLUMN + 2 };
    const struct traffic *traffic = &material->analysis.figures.traffic;
    const struct pair *pair = traffic->pairs[broken->pair];
    printer_add(printer, COLOUR_NONE, "%*s", COLUMN, "");
    printer_wrap(
        printer, COLUMN, COLUMN + 2,
        arena_print(printer->scratch, "frame %s: %s at byte %u is %s, expected %s (%s, %s)",
                    place(printer, material, broken->frame), broken->field, broken->byte,
                    broken->actual, broken->expected, report_target(printer, traffic, pair->target),
                    report_initiator(printer, traffic, pair->initiator)));
}

static void print_verdict(const struct printer *printer, const struct material *material,
                          const struct verdict *verdict)
{
    size_t shown = printer->verbose ? FINDINGS_FIRST : FINDINGS_SHOWN;
    printer_add(printer, judged_colour(verdict->judged), "%-*s", COLUMN,
                judged_name(verdict->judged));
    printer_wrap(printer, COLUMN, COLUMN,
                 arena_print(printer->scratch, "%s (%s), %s: %s%s%s", verdict->clause->id,
                             aoe_level_name(verdict->clause->level),
                             counted(printer, verdict->count, "time"), verdict->clause->sentence,
                             *verdict->reason ? " -- " : "", verdict->reason));
    for (size_t i = 0; i < verdict->first_count && i < shown; i++)
        print_broken(printer, material, &verdict->first[i]);
}

static void print_judgement(const struct printer *printer, const struct material *material,
                            const struct judgement *judgement)
{
    if (!material->analysis.options.check)
        return;
    printer_add(printer, COLOUR_BOLD, "%s", "rules of the protocol");
    fprintf(printer->to, "\n");
    for (size_t i = 0; i < judgement->count; i++)
        print_verdict(printer, material, &judgement->verdicts[i]);
    if (!judgement->count)
        printer_wrap(printer, 0, 0,
                     material->analysis.figures.counters.aoe_frames
                         ? "no rule is broken"
                         : "nothing to judge: no AoE frames");
    fprintf(printer->to, "\n");
}

int report_write(FILE *to, const struct material *material, const struct problems *problems,
                 const struct judgement *judgement, const struct report_style *style)
{
    struct arena scratch = {NULL};
    struct printer printer = {to, style->colour, style->verbose, &scratch};
    const struct figures *figures = &material->analysis.figures;
    char name[MATERIAL_PLACE];
    printer_add(&printer, COLOUR_BOLD, "aoe-analyze " SUITE_VERSION ": ");
    printer_wrap(&printer, sizeof "aoe-analyze " SUITE_VERSION ": " - 1, PRINTER_INDENT,
                 material_name(name, material));
    if (!figures->counters.aoe_frames)
        printer_wrap(&printer, 0, 0, "There is no AoE frame (Ethernet type 0x88a2) to analyse.");
    fprintf(to, "\n");
    print_broken_count(&printer, judgement);
    print_problems(&printer, material, problems, judgement->failed);
    print_capture(&printer, material);
    int status = report_tables(&printer, figures);
    status |= report_slowest(&printer, material);
    print_judgement(&printer, material, judgement);
    arena_free(&scratch);
    return fflush(to) || ferror(to) || status ? -1 : 0;
}
