/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "statistics.h"

#include "conversations.h"
#include "count_tree.h"
#include "json_statistics.h"
#include "latency_table.h"
#include "response_times.h"

void statistics_register(int protocol)
{
    response_times_register(protocol);
    conversations_register(protocol);
    latency_table_register();
    count_tree_register();
}

void statistics_listen(void)
{
    json_statistics_listen();
}
