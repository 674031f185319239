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

bool deviation_entry(size_t index, struct deviant_entry *entry)
{
    const struct deviation *deviation = deviation_at(index);
    if (deviation)
        *entry = (struct deviant_entry){deviation->name, deviation->clause, deviation->needs,
                                        deviation->wrong};
    return deviation;
}

void deviation_start(const struct deviation *deviation, struct deviant *deviant,
                     struct engine_hooks *hooks)
{
    memset(deviant, 0, sizeof *deviant);
    *hooks = deviation->hooks;
    hooks->user = deviant;
}
