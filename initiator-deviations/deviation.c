/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deviation.h"

#include "family.h"

static const struct family *const families[] = {
    &family_request, &family_discover, &family_flags, &family_window, &family_retransmit,
    &family_match,   &family_error,    &family_short, &family_follow, &family_vendor,
};

enum { FAMILIES = sizeof families / sizeof families[0] };

const struct deviation *deviation_at(size_t index)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (index < families[i]->count)
            return &families[i]->deviations[index];
        index -= families[i]->count;
    }
    return NULL;
}

const struct deviation *deviation_find(const char *name)
{
    const struct deviation *deviation;
    for (size_t i = 0; (deviation = deviation_at(i)); i++)
        if (strcmp(deviation->name, name) == 0)
            return deviation;
    return NULL;
}

void deviation_start(const struct deviation *deviation, struct deviant *deviant,
                     struct engine_hooks *hooks)
{
    memset(deviant, 0, sizeof *deviant);
    *hooks = deviation->hooks;
    hooks->user = deviant;
}
