/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of clauses: what the specification asks for, and how hard it may be judged. */
#ifndef AOE_CLAUSE_H
#define AOE_CLAUSE_H

#include <stdbool.h>
#include <stddef.h>

enum aoe_level { AOE_MAY, AOE_SHOULD, AOE_MUST };

enum aoe_basis {
    AOE_BASIS_TEXT,     /* the wording is known from quotes */
    AOE_BASIS_AGREED,   /* independent implementations agree */
    AOE_BASIS_MAJORITY, /* most implementations agree, and data or interoperation is at stake */
    AOE_BASIS_DISPUTED, /* implementations differ, or the text is not known */
    AOE_BASIS_SAFETY,   /* anything else loses data, leaks memory or kills the peer */
};

struct aoe_clause {
    const char *id;      /* "2.2-version"; stable, also the id of the rule that checks it */
    const char *section; /* "2.2" of AoEr11; "initiator" for what only initiators owe */
    enum aoe_level level;
    enum aoe_basis basis;
    const char *sentence; /* what holds, in one sentence */
};

/* All clauses, in the order of the specification. */
const struct aoe_clause *aoe_clauses(size_t *count);

/* The clause of that id, or NULL. */
const struct aoe_clause *aoe_clause_find(const char *id);

/* "must", "should", "may"; "text", "agreed", ... */
const char *aoe_level_name(enum aoe_level level);
const char *aoe_basis_name(enum aoe_basis basis);

/* True for the clauses that a target owes; the rest are the initiators'. */
bool aoe_clause_is_target(const struct aoe_clause *clause);

#endif
