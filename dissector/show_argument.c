/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show.h"

void show_argument(const struct show *show)
{
    (void)show;
}
