/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a page's markup without its texts, for the tests of what writes pages. */
#ifndef AOE_HTML_SKELETON_H
#define AOE_HTML_SKELETON_H

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum { SKELETON_DEPTH = 64 };

struct skeleton {
    const char *open[SKELETON_DEPTH]; /* names of the elements that are open */
    size_t lengths[SKELETON_DEPTH];
    size_t depth;
    const char *error; /* where something is wrong, or NULL */
    char *tags;        /* "<p><b class></b></p>": names of elements and attributes only */
    size_t used;
};

static inline void skeleton_add(struct skeleton *skeleton, const char *text, size_t length)
{
    memcpy(skeleton->tags + skeleton->used, text, length);
    skeleton->used += length;
    skeleton->tags[skeleton->used] = '\0';
}

static inline bool skeleton_is(const char *name, size_t length, const char *element)
{
    return strlen(element) == length && !memcmp(name, element, length);
}

static inline bool skeleton_void(const char *name, size_t length)
{
    static const char *const names[] = {"meta", "input", "br", "!DOCTYPE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (skeleton_is(name, length, names[i]))
            return true;
    return false;
}

/* Reads attributes up to ">"; values stand in double quotes. Returns what is behind. */
static inline const char *skeleton_attributes(struct skeleton *skeleton, const char *at)
{
    while (*at && *at != '>') {
        if (*at == '<' || *at == '\'')
            skeleton->error = skeleton->error ? skeleton->error : at;
        const char *end = at[0] == '=' && at[1] == '"' ? strchr(at + 2, '"') : NULL;
        if (end) {
            at = end + 1;
            continue;
        }
        skeleton_add(skeleton, at++, 1);
    }
    skeleton_add(skeleton, ">", 1);
    return *at ? at + 1 : at;
}

static inline void skeleton_close(struct skeleton *skeleton, const char *name, size_t length)
{
    if (!skeleton->depth) {
        skeleton->error = name;
        return;
    }
    skeleton->depth--;
    if (skeleton->lengths[skeleton->depth] != length ||
        memcmp(skeleton->open[skeleton->depth], name, length) != 0)
        skeleton->error = skeleton->error ? skeleton->error : name;
}

/* Reads the tag behind "<". Styles and scripts are skipped. */
static inline const char *skeleton_tag(struct skeleton *skeleton, const char *at)
{
    bool closes = *at == '/';
    const char *name = at + closes;
    size_t length = strcspn(name, " >\n");
    skeleton_add(skeleton, closes ? "</" : "<", closes ? 2 : 1);
    skeleton_add(skeleton, name, length);
    if (!isalpha((unsigned char)*name) && *name != '!')
        skeleton->error = skeleton->error ? skeleton->error : at;
    if (closes)
        skeleton_close(skeleton, name, length);
    else if (!skeleton_void(name, length) && skeleton->depth < SKELETON_DEPTH) {
        skeleton->lengths[skeleton->depth] = length;
        skeleton->open[skeleton->depth++] = name;
    }
    at = skeleton_attributes(skeleton, name + length);
    if (!closes && skeleton_is(name, length, "style"))
        return strstr(at, "</style>");
    if (!closes && skeleton_is(name, length, "script"))
        return strstr(at, "</script>");
    return at;
}

/* The tags of a page; `error` where they are not balanced, or quotes or angles stand where they
 * may not. Memory is the arena's. */
static inline struct skeleton skeleton_of(struct arena *arena, const char *page)
{
    struct skeleton skeleton = {.tags = arena_new(arena, strlen(page) + 1)};
    while (page && (page = strchr(page, '<')))
        page = skeleton_tag(&skeleton, page + 1);
    if (skeleton.depth && !skeleton.error)
        skeleton.error = "an element is still open at the end";
    return skeleton;
}

#endif
