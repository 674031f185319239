/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "material.h"

#include <inttypes.h>
#include <stdlib.h>

const struct page_file *material_file(const struct material *material, uint64_t frame,
                                      uint64_t *in_file)
{
    for (size_t i = 0; i < material->file_count; i++) {
        const struct page_file *file = &material->files[i];
        if (frame < file->first_frame || frame - file->first_frame >= file->frames)
            continue;
        *in_file = frame - file->first_frame + 1;
        return file;
    }
    return NULL;
}

/* The last part of a path. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

char *material_place(char to[MATERIAL_PLACE], const struct material *material, uint64_t frame)
{
    uint64_t in_file;
    const struct page_file *file =
        material->file_count > 1 ? material_file(material, frame, &in_file) : NULL;
    if (file)
        snprintf(to, MATERIAL_PLACE, "%.255s:%" PRIu64, last_part(file->name), in_file);
    else
        snprintf(to, MATERIAL_PLACE, "%" PRIu64, frame);
    return to;
}

char *material_name(char to[MATERIAL_PLACE], const struct material *material)
{
    const char *name = material->file_count ? material->files[0].name : "nothing";
    if (!strcmp(name, "-"))
        name = "standard input";
    if (material->file_count > 1)
        snprintf(to, MATERIAL_PLACE, "%.255s and %zu more file%s", name, material->file_count - 1,
                 material->file_count == 2 ? "" : "s");
    else
        snprintf(to, MATERIAL_PLACE, "%.255s", name);
    return to;
}

int material_add_file(struct material *material, const char *name, uint64_t frames)
{
    size_t count = material->file_count;
    struct page_file *grown = reallocarray(material->files, count + 1, sizeof *grown);
    if (!grown)
        return -1;
    uint64_t first = count ? grown[count - 1].first_frame + grown[count - 1].frames : 1;
    grown[count] = (struct page_file){strdup(name), first, frames};
    material->files = grown;
    if (!grown[count].name)
        return -1;
    material->file_count = count + 1;
    return 0;
}

void material_close(struct material *material)
{
    analysis_close(&material->analysis);
    for (size_t i = 0; i < material->file_count; i++)
        free((char *)material->files[i].name);
    free(material->files);
    *material = (struct material){.files = NULL};
}
