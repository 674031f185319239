/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"

#include <stdio.h>

#include "result.h"

int explain_list(struct arena *arena, const struct options *options,
                 const struct catalogue *catalogue, const char **error)
{
    size_t printed = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct scenario *scenario = catalogue->scenarios[i];
        bool wanted = !options->pattern_count;
        for (size_t p = 0; p < options->pattern_count; p++)
            wanted |= catalogue_matches(options->patterns[p], scenario->id);
        if (!wanted || (options->quick && !scenario->quick))
            continue;
        printf("%-34s %-20s %-7s%s\n", scenario->id, scenario->clause->id,
               aoe_level_name(scenario->level), scenario->title);
        printed++;
    }
    if (printed)
        return 0;
    *error = arena_print(arena, "no scenario matches '%s'",
                         options->pattern_count ? options->patterns[0] : "--quick");
    return EXIT_USAGE;
}

static void print_clause(const struct aoe_clause *clause)
{
    printf("%-20s %-7s%-10s%s\n", clause->id, aoe_level_name(clause->level),
           aoe_basis_name(clause->basis), clause->sentence);
}

static void print_file(const char *path)
{
    char text[4096];
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    for (size_t length; (length = fread(text, 1, sizeof text, file)) > 0;)
        fwrite(text, 1, length, stdout);
    fclose(file);
}

static void explain_scenario(const struct scenario *scenario)
{
    const struct aoe_clause *clause = scenario->clause;
    printf("%s: %s\n", scenario->id, scenario->title);
    printf("clause %s, %s (basis: %s): %s\n", clause->id, aoe_level_name(scenario->level),
           aoe_basis_name(clause->basis), clause->sentence);
    printf("file %s\n\n", scenario->path);
    print_file(scenario->path);
}

static void explain_clause(const struct aoe_clause *clause, const struct catalogue *catalogue)
{
    print_clause(clause);
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue->scenarios[i]->clause == clause)
            printf("  %-32s %s\n", catalogue->scenarios[i]->id, catalogue->scenarios[i]->title);
}

int explain_id(struct arena *arena, const char *id, const struct catalogue *catalogue,
               const char **error)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    if (!strcmp(id, "all")) {
        for (size_t i = 0; i < count; i++)
            print_clause(&clauses[i]);
        return 0;
    }
    for (size_t i = 0; i < catalogue->count; i++)
        if (!strcmp(catalogue->scenarios[i]->id, id)) {
            explain_scenario(catalogue->scenarios[i]);
            return 0;
        }
    const struct aoe_clause *clause = aoe_clause_find(id);
    if (clause) {
        explain_clause(clause, catalogue);
        return 0;
    }
    *error =
        arena_print(arena, "'%s' is neither a scenario (--list) nor a clause (--explain all)", id);
    return EXIT_USAGE;
}
