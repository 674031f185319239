/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-target: serves a file or block device as an AoE target. */
#include "target.h"

int main(int argc, char **argv)
{
    static const struct target_hooks none;
    return target_main(argc, argv, &none);
}
