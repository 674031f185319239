/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all HTML pages of the suite have in common: one file that loads nothing from anywhere and
 * says so to the browser, and common/page/base.css. */
#ifndef AOE_PAGE_FRAME_H
#define AOE_PAGE_FRAME_H

#include <stdio.h>

#include "embed.h"

struct page_frame {
    const char *generator;         /* the program; plain text without markup */
    const struct embedded *styles; /* after the base, in this order */
    size_t style_count;
    const struct embedded *scripts; /* together they are one function, run at the end of the body */
    size_t script_count;
    int (*title)(FILE *to, const void *of); /* escaped text; 0, or -1 and errno */
    int (*body)(FILE *to, const void *of);  /* markup; 0, or -1 and errno */
    const void *of;
};

/* Writes the page and flushes `to`. 0, or -1 and errno. */
int page_frame_write(FILE *to, const struct page_frame *frame);

#endif
