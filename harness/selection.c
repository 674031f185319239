/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selection.h"

#include "protocol/names.h"

/* Scenarios for initiators are for --initiator, all others for --target. */
static bool is_of_side(const struct options *options, const struct scenario *scenario)
{
    return scenario->initiator == (options->mode == MODE_INITIATOR);
}

static bool selected(const struct options *options, const struct scenario *scenario)
{
    if (!is_of_side(options, scenario))
        return false;
    for (size_t i = 0; i < options->skip_count; i++)
        if (catalogue_matches(options->skips[i], scenario->id))
            return false;
    if (scenario->runwide)
        return true;
    if (!options->pattern_count)
        return scenario->quick || !options->quick;
    for (size_t i = 0; i < options->pattern_count; i++)
        if (catalogue_matches(options->patterns[i], scenario->id))
            return scenario->quick || !options->quick;
    return false;
}

/* A pattern that matches nothing is a mistake that would make CI green. */
int selection_check(struct arena *arena, const struct options *options,
                    const struct catalogue *catalogue, const char **error)
{
    for (size_t p = 0; p < options->pattern_count + options->skip_count; p++) {
        const char *pattern = p < options->pattern_count
                                  ? options->patterns[p]
                                  : options->skips[p - options->pattern_count];
        size_t i = 0;
        while (i < catalogue->count && !(is_of_side(options, catalogue->scenarios[i]) &&
                                         catalogue_matches(pattern, catalogue->scenarios[i]->id)))
            i++;
        if (i == catalogue->count) {
            *error = arena_print(
                arena, "no scenario for %s matches '%s': 'aoe-conform --list' shows them",
                options->mode == MODE_INITIATOR ? "initiators" : "targets", pattern);
            return -1;
        }
    }
    return 0;
}

void selection_make(struct arena *arena, const struct options *options,
                    const struct catalogue *catalogue, struct report *report)
{
    report->results = arena_array(arena, catalogue->count, sizeof *report->results);
    for (size_t i = 0; i < catalogue->count; i++)
        if (selected(options, catalogue->scenarios[i]))
            report->results[report->count++].scenario = catalogue->scenarios[i];
}

/* As one word for a shell. */
static const char *quoted(struct arena *arena, const char *text)
{
    const char *made = "'", *quote;
    while ((quote = strchr(text, '\''))) {
        made = arena_print(arena, "%s%.*s'\\''", made, (int)(quote - text), text);
        text = quote + 1;
    }
    return arena_print(arena, "%s%s'", made, text);
}

static const char *role_text(struct arena *arena, const struct options *options)
{
    char address[AOE_ADDRESS_TEXT];
    aoe_address_text(address, options->shelf, options->slot);
    if (options->mode != MODE_INITIATOR)
        return arena_print(arena, "aoe-conform --target %s %s", options->interface, address);
    const char *text =
        arena_print(arena, "aoe-conform --initiator %s --serve %s", options->interface, address);
    if (options->stimulus)
        text = arena_print(arena, "%s --stimulus %s", text, quoted(arena, options->stimulus));
    return text;
}

const char *selection_command(struct arena *arena, const struct options *options)
{
    const char *text = role_text(arena, options);
    if (options->fuzz)
        text = arena_print(arena, "%s --fuzz %llu", text, (unsigned long long)options->fuzz);
    if (options->allow_text)
        text = arena_print(arena, "%s --allow %s", text, options->allow_text);
    if (options->seed != 1)
        text = arena_print(arena, "%s --seed %llu", text, (unsigned long long)options->seed);
    if (options->rounds)
        text = arena_print(arena, "%s --rounds %u", text, options->rounds);
    if (options->scenarios)
        text = arena_print(arena, "%s --scenarios %s", text, options->scenarios);
    return text;
}

const char *selection_command_whole(struct arena *arena, const struct options *options)
{
    const char *text = selection_command(arena, options);
    if (options->quick)
        text = arena_print(arena, "%s --quick", text);
    for (size_t i = 0; i < options->skip_count; i++)
        text = arena_print(arena, "%s --skip %s", text, quoted(arena, options->skips[i]));
    for (size_t i = 0; i < options->pattern_count; i++)
        text = arena_print(arena, "%s %s", text, quoted(arena, options->patterns[i]));
    return text;
}
