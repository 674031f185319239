/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-initiator: uses an AoE target as a host with a disk behind it would. */
#include "initiator.h"

int main(int argc, char **argv)
{
    return initiator_main(argc, argv, NULL);
}
