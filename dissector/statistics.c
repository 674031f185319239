/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "statistics.h"

void statistics_register(int protocol)
{
    (void)protocol;
}

void statistics_listen(void)
{
}
