/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures that came about in different ways and must not differ. */
#ifndef AOE_TESTS_ALIKE_H
#define AOE_TESTS_ALIKE_H

#include "story.h"

/* Fails with what is around the first difference. */
static inline void assert_texts_alike(const char *name, const char *of, const char *expected)
{
    enum { AROUND = 160 };
    size_t same = 0;
    while (of[same] && of[same] == expected[same])
        same++;
    size_t from = same > AROUND ? same - AROUND : 0;
    if (of[same] != expected[same])
        fail_msg("%s: ...%.*s, not ...%.*s", name, 2 * AROUND, of + from, 2 * AROUND,
                 expected + from);
}

static inline void assert_findings_alike(const struct findings *a, const struct findings *b)
{
    size_t clauses;
    aoe_clauses(&clauses);
    for (size_t i = 0; i < clauses; i++) {
        const struct clause_findings *of = &a->clauses[i], *expected = &b->clauses[i];
        assert_int_equal(of->count, expected->count);
        assert_int_equal(of->first_count, expected->first_count);
        for (size_t n = 0; n < of->first_count; n++) {
            assert_int_equal(of->first[n].frame, expected->first[n].frame);
            assert_int_equal(of->first[n].pair, expected->first[n].pair);
            assert_string_equal(of->first[n].actual, expected->first[n].actual);
        }
    }
}

/* All results of both, and what the rules found. */
static inline void assert_figures_alike(const struct figures *a, const struct figures *b,
                                        const struct analysis_options *options)
{
    json_t *of = results_json(a, options), *expected = results_json(b, options), *value;
    const char *name;
    json_object_foreach(expected, name, value)
    {
        char *text = json_dumps(json_object_get(of, name), JSON_ENCODE_ANY | JSON_COMPACT);
        char *wanted = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        assert_texts_alike(name, text, wanted);
        free(text);
        free(wanted);
    }
    json_decref(of);
    json_decref(expected);
    if (options->check)
        assert_findings_alike(&a->findings, &b->findings);
}

#endif
