/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of analyser/page/, which are part of the program. */
#ifndef AOE_PAGE_RESOURCE_H
#define AOE_PAGE_RESOURCE_H

#include "common/embed.h"

enum { PAGE_STYLES = 2, PAGE_SCRIPTS = 13 };

/* In the order that the page has them in. */
extern const struct embedded page_styles[PAGE_STYLES], page_scripts[PAGE_SCRIPTS];

#endif
