/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of analyser/page/, which are part of the program. */
#ifndef AOE_PAGE_RESOURCE_H
#define AOE_PAGE_RESOURCE_H

#include <stddef.h>

struct page_resource {
    const char *bytes; /* `length` of them, without a NUL at the end */
    size_t length;
};

/* The file of this name, `name_length` bytes long; its bytes are NULL where there is none. */
struct page_resource page_resource(const char *name, size_t name_length);

#endif
