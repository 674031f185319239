/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-initiator-deviant: the reference initiator with one deviation. */
#include "deviation.h"
#include "initiator-ref/initiator.h"

static int use(size_t index, int argc, char **argv)
{
    static struct deviant deviant;
    static struct engine_hooks hooks;
    deviation_start(deviation_at(index), &deviant, &hooks);
    return initiator_main(argc, argv, &hooks);
}

int main(int argc, char **argv)
{
    static const struct deviant_program program = {
        .name = "aoe-initiator-deviant",
        .reference = "aoe-initiator",
        .role = "initiator",
        .usage_status = 64,
        .entry = deviation_entry,
        .run = use,
    };
    return deviant_main(&program, argc, argv);
}
