/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-target-deviant: the reference target with one deviation. */
#include "deviation.h"
#include "target-ref/target.h"

static int serve(size_t index, int argc, char **argv)
{
    static struct deviant deviant;
    static struct target_hooks hooks;
    deviation_start(deviation_at(index), &deviant, &hooks);
    return target_main(argc, argv, &hooks);
}

int main(int argc, char **argv)
{
    static const struct deviant_program program = {
        .name = "aoe-target-deviant",
        .reference = "aoe-target",
        .role = "target",
        .usage_status = 2,
        .entry = deviation_entry,
        .run = serve,
    };
    return deviant_main(&program, argc, argv);
}
