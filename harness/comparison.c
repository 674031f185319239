/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparison.h"

#include <stdlib.h>

#include "protocol/names.h"
#include "protocol/text.h"

const char *comparison_letter(size_t i)
{
    static const char letters[COMPARISON_MOST][2] = {
        "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M",
        "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z",
    };
    return i < COMPARISON_MOST ? letters[i] : "?";
}

const char *comparison_counts(struct arena *arena, const struct compared_result *result)
{
    char line[256];
    struct aoe_text text = aoe_text(line, sizeof line);
    for (enum verdict v = 0; v < VERDICT_COUNT; v++)
        if (result->report.summary[v])
            aoe_text_add(&text, "%s%zu %s", text.used ? ", " : "", result->report.summary[v],
                         verdict_name(v));
    return text.used ? arena_text(arena, line) : "nothing ran";
}

static const char *own_name(struct arena *arena, const struct compared_result *result)
{
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    const struct target *target = &result->report.target;
    const struct ata_identity *identity = &target->identity;
    if (!result->report.target_found)
        return result->file;
    if (result->report.judges_initiator)
        return arena_print(arena, "initiator %s", aoe_mac_text(mac, result->report.initiator));
    aoe_address_text(address, target->shelf, target->slot);
    if (!*identity->model)
        return arena_text(arena, address);
    return arena_print(arena, "%s%s%s, %s", identity->model, *identity->firmware ? " " : "",
                       identity->firmware, address);
}

/* Two runs against one target are told apart by their files. */
static void name_results(struct arena *arena, struct compared_result *results, size_t count)
{
    bool shared[COMPARISON_MOST] = {false};
    for (size_t i = 0; i < count; i++)
        results[i].name = own_name(arena, &results[i]);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            shared[i] |= i != j && !strcmp(results[i].name, results[j].name);
    for (size_t i = 0; i < count; i++)
        if (shared[i] && results[i].name != results[i].file)
            results[i].name = arena_print(arena, "%s (%s)", results[i].name, results[i].file);
}

/* A scenario of a result, on the way to its row. */
struct entry {
    const struct compared_scenario *scenario;
    size_t result;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->scenario->id, y->scenario->id);
    return order ? order : (x->result > y->result) - (x->result < y->result);
}

static size_t clause_place(const char *id)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count), *clause = aoe_clause_find(id);
    return clause ? (size_t)(clause - clauses) : count;
}

/* Clauses that this version does not know come last, by id. */
static int compare_rows(const void *a, const void *b)
{
    const struct compared_scenario *x = ((const struct compared_row *)a)->scenario;
    const struct compared_scenario *y = ((const struct compared_row *)b)->scenario;
    size_t first = clause_place(x->clause), second = clause_place(y->clause);
    if (first != second)
        return first < second ? -1 : 1;
    int order = strcmp(x->clause, y->clause);
    return order ? order : strcmp(x->id, y->id);
}

static struct entry *gather(struct arena *arena, const struct comparison_table *comparison,
                            size_t *count)
{
    size_t total = 0;
    for (size_t i = 0; i < comparison->count; i++)
        total += comparison->results[i].count;
    struct entry *entries = arena_array(arena, total + 1, sizeof *entries);
    *count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        for (size_t s = 0; s < comparison->results[i].count; s++)
            entries[(*count)++] = (struct entry){&comparison->results[i].scenarios[s], i};
    qsort(entries, *count, sizeof *entries, compare_entries);
    return entries;
}

static bool differs(const struct compared_scenario *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!cells[i] || !cells[0] || cells[i]->verdict != cells[0]->verdict)
            return true;
    return false;
}

/* Makes the row of the scenario that `entries` begins with; returns how many belong to it. */
static size_t add_row(struct arena *arena, struct comparison_table *comparison,
                      const struct entry *entries, size_t left)
{
    const struct compared_scenario **cells = arena_array(arena, comparison->count, sizeof(*cells));
    size_t used = 0;
    while (used < left && !strcmp(entries[used].scenario->id, entries->scenario->id)) {
        cells[entries[used].result] = entries[used].scenario;
        used++;
    }
    struct compared_row *row = &comparison->rows[comparison->row_count++];
    *row = (struct compared_row){entries->scenario, cells, differs(cells, comparison->count)};
    comparison->differing += row->differs;
    return used;
}

void comparison_make(struct arena *arena, struct compared_result *results, size_t count,
                     struct comparison_table *comparison)
{
    size_t total;
    *comparison = (struct comparison_table){.results = results, .count = count};
    name_results(arena, results, count);
    const struct entry *entries = gather(arena, comparison, &total);
    comparison->rows = arena_array(arena, total + 1, sizeof *comparison->rows);
    for (size_t done = 0; done < total;)
        done += add_row(arena, comparison, entries + done, total - done);
    qsort(comparison->rows, comparison->row_count, sizeof *comparison->rows, compare_rows);
}
