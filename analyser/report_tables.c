/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the text report. */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/utf8.h"
#include "format.h"
#include "results.h"
#include "table.h"

/* Most rows of a kind without --verbose: those with the most requests. */
enum { ROWS_SHOWN = 16, PAIRS_SHOWN = 8, SLOWEST_SHOWN = 10 };

struct tables {
    const struct printer *printer;
    const struct figures *figures;
    struct table *speed, *trouble;
    uint64_t duration;
    bool failed;
};

static const char *text(const struct tables *tables, const char *of)
{
    return arena_text(tables->printer->scratch, of);
}

static const char *number(const struct tables *tables, uint64_t count)
{
    char to[FORMAT_TEXT];
    return count ? text(tables, format_count(to, count)) : ".";
}

static const char *duration(const struct tables *tables, uint64_t ns)
{
    char to[FORMAT_TEXT];
    return text(tables, format_duration(to, ns));
}

enum { PERCENTILES = 5 };

/* p50, p90, p99, p99.9 and the greatest. */
static void percentiles(const struct group *group, const struct latency *of,
                        uint64_t to[PERCENTILES])
{
    static const unsigned numerators[] = {500, 900, 990, 999};
    for (unsigned i = 0; i + 1 < PERCENTILES; i++)
        to[i] = (uint64_t)latency_percentile(&group->pool, of, numerators[i], 1000);
    to[PERCENTILES - 1] = (uint64_t)of->max;
}

enum { SPEED_COLUMNS = 4 + PERCENTILES };

static void put_percentiles(const struct tables *tables, const char *cells[SPEED_COLUMNS],
                            const struct group *group, const struct latency *of)
{
    uint64_t values[PERCENTILES];
    if (!of->count)
        return;
    percentiles(group, of, values);
    for (unsigned i = 0; i < PERCENTILES; i++)
        cells[SPEED_COLUMNS - PERCENTILES + i] = duration(tables, values[i]);
}

/* True where one is over a tenth above the other. */
static bool differ(const uint64_t command[PERCENTILES], const uint64_t round_trip[PERCENTILES])
{
    enum { TENTH = 10 };
    for (unsigned i = 0; i < PERCENTILES; i++)
        if (command[i] > round_trip[i] && command[i] - round_trip[i] > round_trip[i] / TENTH)
            return true;
    return false;
}

/* The other latency, where it says more. */
static void add_round_trip(struct tables *tables, const struct group *group)
{
    const char *cells[SPEED_COLUMNS] = {"  round trip"};
    uint64_t command[PERCENTILES], round_trip[PERCENTILES];
    if (!group->round_trip.count)
        return;
    percentiles(group, &group->command, command);
    percentiles(group, &group->round_trip, round_trip);
    if (!differ(command, round_trip))
        return;
    put_percentiles(tables, cells, group, &group->round_trip);
    table_row(tables->speed, cells);
}

static void add_speed(struct tables *tables, const struct group *group, const char *name,
                      const char *indent)
{
    const char *cells[SPEED_COLUMNS] = {NULL};
    char rate[FORMAT_TEXT];
    bool known;
    uint64_t bytes = group_rate(group->bytes[0] + group->bytes[1], tables->duration, &known);
    cells[0] = arena_print(tables->printer->scratch, "%s%s", indent, name);
    cells[1] = number(tables, group->measure.commands);
    if (known) {
        cells[2] = number(tables, group_rate(group->measure.answered, tables->duration, &known));
        cells[3] =
            bytes ? arena_print(tables->printer->scratch, "%s/s", format_bytes(rate, bytes)) : ".";
    }
    put_percentiles(tables, cells, group, &group->command);
    table_row(tables->speed, cells);
}

/* "12/16": most outstanding, and what the target has buffers for. */
static const char *outstanding(const struct tables *tables, const struct group *group,
                               const struct traffic_target *target)
{
    if (!group->level)
        return NULL;
    if (target && target->advertised)
        return arena_print(tables->printer->scratch, "%" PRIu32 "/%u", group->level->most,
                           target->buffer_count);
    return arena_print(tables->printer->scratch, "%" PRIu32, group->level->most);
}

enum { TROUBLE_COLUMNS = 9 };

static void add_trouble(struct tables *tables, const struct group *group, const char *name,
                        const struct traffic_target *target)
{
    const struct measure *measure = &group->measure;
    uint64_t errors = measure_errors(measure);
    const char *const cells[TROUBLE_COLUMNS] = {
        name,
        number(tables, measure->same_tag + measure->new_tag),
        number(tables, measure->spurious),
        number(tables, group_lost(group)),
        number(tables, measure->unanswered),
        number(tables, measure->duplicate),
        number(tables, measure->unsolicited),
        number(tables, errors),
        outstanding(tables, group, target),
    };
    table_row(tables->trouble, cells);
}

static void add_operations(struct tables *tables, enum group_of of, size_t index)
{
    for (unsigned operation = 0; operation < OPERATIONS; operation++) {
        struct group group;
        if (group_open(&group, &tables->figures->traffic, of, index, operation) < 0) {
            tables->failed = true;
            return;
        }
        if (group.measure.commands || group.command.count)
            add_speed(tables, &group, operation_name((enum operation)operation), "  ");
        group_close(&group);
    }
}

static const char *name_of(const struct tables *tables, enum group_of of, size_t index)
{
    const struct traffic *traffic = &tables->figures->traffic;
    switch (of) {
    case GROUP_TARGET:
        return report_target(tables->printer, traffic, index);
    case GROUP_INITIATOR:
        return report_initiator(tables->printer, traffic, index);
    case GROUP_PAIR:
        return arena_print(
            tables->printer->scratch, "%s %s",
            report_target(tables->printer, traffic, traffic->pairs[index]->target),
            report_initiator(tables->printer, traffic, traffic->pairs[index]->initiator));
    default:
        return "all";
    }
}

static void add_entry(struct tables *tables, enum group_of of, size_t index)
{
    const char *name = name_of(tables, of, index);
    struct group group;
    if (group_open(&group, &tables->figures->traffic, of, index, GROUP_OPERATIONS) < 0) {
        tables->failed = true;
        return;
    }
    add_speed(tables, &group, name, "");
    add_round_trip(tables, &group);
    add_trouble(tables, &group, name,
                of == GROUP_TARGET ? tables->figures->traffic.targets[index] : NULL);
    group_close(&group);
    if (of == GROUP_TARGET)
        add_operations(tables, of, index);
}

/* Requests of an entry, by which the busiest are found. */
static uint64_t requests_of(const struct figures *figures, enum group_of of, size_t index)
{
    uint64_t requests = 0;
    for (size_t i = 0; i < figures->traffic.pair_count; i++) {
        const struct pair *pair = figures->traffic.pairs[i];
        bool belongs = of == GROUP_TARGET      ? pair->target == index
                       : of == GROUP_INITIATOR ? pair->initiator == index
                                               : i == index;
        for (unsigned operation = 0; belongs && operation < OPERATIONS; operation++)
            if (pair->measures[operation])
                requests += pair->measures[operation]->requests;
    }
    return requests;
}

/* Keeps the busiest of `order`, in their order. Returns how many. */
static size_t keep_busiest(const struct figures *figures, enum group_of of, uint16_t *order,
                           size_t count, size_t most)
{
    uint64_t requests[TRAFFIC_PAIRS];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        requests[i] = requests_of(figures, of, order[i]);
    for (size_t i = 0; i < count; i++) {
        size_t busier = 0;
        for (size_t j = 0; j < count; j++)
            busier += requests[j] > requests[i] || (j < i && requests[j] == requests[i]);
        if (busier < most)
            order[kept++] = order[i];
    }
    return kept;
}

static void add_entries(struct tables *tables, enum group_of of)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(&tables->figures->traffic, of, order), shown = count;
    if (!tables->printer->verbose && count > ROWS_SHOWN)
        shown = keep_busiest(tables->figures, of, order, count, ROWS_SHOWN);
    for (size_t i = 0; i < shown; i++)
        add_entry(tables, of, order[i]);
    if (shown == count)
        return;
    const char *cells[TROUBLE_COLUMNS] = {
        arena_print(tables->printer->scratch, "%zu more: --verbose", count - shown)};
    table_row(tables->speed, cells);
}

static int print_both(struct tables *tables, const char *title, enum group_of of)
{
    const char *const speed[SPEED_COLUMNS] = {title, "commands", "/s",    "data", "p50",
                                              "p90", "p99",      "p99.9", "max"};
    const char *const trouble[TROUBLE_COLUMNS] = {title,     "repeats",   "spurious",
                                                  "lost",    "no answer", "twice",
                                                  "foreign", "errors",    "outstanding"};
    tables->speed = table_new(speed, SPEED_COLUMNS, 1);
    tables->trouble = table_new(trouble, TROUBLE_COLUMNS, 1);
    tables->failed |= !tables->speed || !tables->trouble;
    if (!tables->failed) {
        if (of == GROUP_TARGET && tables->figures->traffic.target_count > 1)
            add_entry(tables, GROUP_ALL, 0);
        add_entries(tables, of);
        tables->failed |= table_print(tables->speed, tables->printer) < 0;
        fprintf(tables->printer->to, "\n");
        tables->failed |= table_print(tables->trouble, tables->printer) < 0;
        fprintf(tables->printer->to, "\n");
    }
    table_free(tables->speed);
    table_free(tables->trouble);
    return tables->failed ? -1 : 0;
}

int report_tables(const struct printer *printer, const struct figures *figures)
{
    const struct traffic *traffic = &figures->traffic;
    struct tables tables = {.printer = printer, .figures = figures};
    tables.duration = figures_duration(figures);
    if (!traffic->pair_count)
        return 0;
    if (print_both(&tables, "target", GROUP_TARGET) < 0)
        return -1;
    if (traffic->initiator_count > 1 && print_both(&tables, "initiator", GROUP_INITIATOR) < 0)
        return -1;
    bool few = printer->verbose || traffic->pair_count <= PAIRS_SHOWN;
    if (traffic->initiator_count > 1 && traffic->target_count > 1 && few)
        return print_both(&tables, "pair", GROUP_PAIR);
    return 0;
}

/* "FILE:NUMBER" with the end of a long name. */
static const char *short_place(const struct tables *tables, const struct material *material,
                               uint64_t frame)
{
    enum { LONGEST = 28 };
    char place[MATERIAL_PLACE];
    material_place(place, material, frame);
    const char *clean = utf8_clean(tables->printer->scratch, place, true);
    size_t columns = utf8_columns(clean);
    if (columns <= LONGEST)
        return clean;
    for (size_t skip = columns - (LONGEST - 2); skip; clean++)
        skip -= (clean[1] & 0xC0) != 0x80;
    return arena_print(tables->printer->scratch, "..%s", clean);
}

enum { SLOWEST_COLUMNS = 8 };

/* Where there are several files their names need the room of the initiators. */
static const char *whose(const struct tables *tables, const struct material *material,
                         const struct pair *pair)
{
    const char *target = name_of(tables, GROUP_TARGET, pair->target);
    if (material->file_count > 1 || tables->figures->traffic.initiator_count == 1)
        return target;
    return arena_print(tables->printer->scratch, "%s %s", target,
                       name_of(tables, GROUP_INITIATOR, pair->initiator));
}

static void add_command(struct tables *tables, struct table *table, const struct material *material,
                        const struct command *command)
{
    const struct pair *pair = tables->figures->traffic.pairs[command->pair];
    bool transfer = command->operation == OPERATION_READ || command->operation == OPERATION_WRITE;
    uint64_t since = (uint64_t)command->time - (uint64_t)tables->figures->counters.start;
    const char *const cells[SLOWEST_COLUMNS] = {
        whose(tables, material, pair),
        operation_name(command->operation),
        short_place(tables, material, command->first_frame),
        transfer ? arena_print(tables->printer->scratch, "%" PRIu64, command->lba) : NULL,
        transfer ? arena_print(tables->printer->scratch, "%u", command->sectors) : NULL,
        arena_print(tables->printer->scratch, "+%s", duration(tables, since)),
        number(tables, command->repeats),
        duration(tables, (uint64_t)command->latency),
    };
    table_row(table, cells);
}

int report_slowest(const struct printer *printer, const struct material *material)
{
    static const char *const headings[SLOWEST_COLUMNS] = {
        "slowest", "operation", "frame", "LBA", "sectors", "at", "repeats", "latency"};
    const struct slowest *slowest = &material->analysis.figures.slowest;
    struct tables tables = {.printer = printer, .figures = &material->analysis.figures};
    size_t shown = printer->verbose ? slowest->count : SLOWEST_SHOWN;
    if (!slowest->count)
        return 0;
    struct table *table = table_new(headings, SLOWEST_COLUMNS, 2);
    if (!table)
        return -1;
    for (size_t i = 0; i < slowest->count && i < shown; i++)
        add_command(&tables, table, material, &slowest->commands[i]);
    int status = table_print(table, printer);
    fprintf(printer->to, "\n");
    table_free(table);
    return status;
}
