/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text for people: what is wrong and what is slow first. */
#ifndef AOE_ANALYZE_REPORT_H
#define AOE_ANALYZE_REPORT_H

#include "common/layout.h"
#include "judgement.h"
#include "material.h"
#include "problems.h"

struct report_style {
    bool colour;
    bool verbose; /* which file has which frames, and every row and finding */
};

/* Writes the report. -1 where writing failed or there was no memory. */
int report_write(FILE *to, const struct material *material, const struct problems *problems,
                 const struct judgement *judgement, const struct report_style *style);

/* Its parts: tables of targets, initiators, pairs and of the slowest commands. -1 where there was
 * no memory. */
int report_tables(const struct printer *printer, const struct figures *figures);
int report_slowest(const struct printer *printer, const struct material *material);

/* The name of a target with its VLAN: "e0.1", "e7.3 vlan 10". Memory is the scratch. */
const char *report_target(const struct printer *printer, const struct traffic *traffic,
                          size_t target);
const char *report_initiator(const struct printer *printer, const struct traffic *traffic,
                             size_t initiator);

#endif
