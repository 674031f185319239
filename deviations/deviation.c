/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deviation.h"

#include "family.h"

static const struct family *const families[] = {
    &family_wire,      &family_frame, &family_address,   &family_ata,      &family_lba,
    &family_range,     &family_data,  &family_readback,  &family_identify, &family_config,
    &family_string,    &family_mask,  &family_mask_edit, &family_reserve,  &family_reserved,
    &family_behaviour, &family_crowd,
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

/* Gives the model to those hooks of the deviation that are not told it. */
static void open_deviant(void *user, struct model *model)
{
    struct deviant *deviant = user;
    deviant->model = model;
    if (deviant->deviation->hooks.open)
        deviant->deviation->hooks.open(user, model);
}

void deviation_start(const struct deviation *deviation, struct deviant *deviant,
                     struct target_hooks *hooks)
{
    memset(deviant, 0, sizeof *deviant);
    deviant->deviation = deviation;
    deviant->value = deviation->value;
    *hooks = deviation->hooks;
    hooks->user = deviant;
    hooks->open = open_deviant;
}
