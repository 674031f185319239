/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short texts, and putting them on the screen. */
#include "format.h"
#include "results.h"
#include "top_state.h"

void top_colour(const struct top *top, int colour, bool on)
{
    attr_t attributes = colour == TOP_BAD ? A_BOLD : A_NORMAL;
    if (top->colours)
        attributes |= (attr_t)COLOR_PAIR(colour);
    if (on)
        attron(attributes);
    else
        attroff(attributes);
}

int top_text(int line, int column, int width, const char *text)
{
    int room = COLS - column;
    if (room > width)
        room = width;
    if (room <= 0 || line < 0 || line >= LINES)
        return 0;
    mvaddnstr(line, column, text, room);
    int length = (int)strnlen(text, (size_t)room);
    return length;
}

void top_right(int line, int column, int width, const char *text)
{
    int length = (int)strlen(text);
    int indent = length < width ? width - length : 0;
    top_text(line, column + indent, width - indent, text);
}

char *top_count(char to[TOP_NAME_TEXT], uint64_t count)
{
    static const char units[] = "kMGTPE";
    if (count < 100000) {
        snprintf(to, TOP_NAME_TEXT, "%u", (unsigned)count);
        return to;
    }
    double value = (double)count;
    size_t unit = 0;
    for (value /= 1000; value >= 999.5; value /= 1000)
        unit++;
    snprintf(to, TOP_NAME_TEXT, value < 99.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
    return to;
}

char *top_rate(char to[TOP_NAME_TEXT], uint64_t thousandths)
{
    if (!thousandths || thousandths >= 10000)
        return top_count(to, thousandths / 1000 + (thousandths % 1000 >= 500));
    snprintf(to, TOP_NAME_TEXT, "%.1f", (double)thousandths / 1000);
    return to;
}

static char *target_name(char to[TOP_NAME_TEXT], const struct traffic_target *target)
{
    char text[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    if (aoe_vlan_text(vlan, target->vlan))
        snprintf(to, TOP_NAME_TEXT, "%s vlan %s", results_target(text, target), vlan);
    else
        snprintf(to, TOP_NAME_TEXT, "%s", results_target(text, target));
    return to;
}

char *top_name(char to[TOP_NAME_TEXT], const struct traffic *traffic, enum group_of kind,
               size_t index)
{
    char target[TOP_NAME_TEXT], mac[AOE_MAC_TEXT];
    if (kind == GROUP_TARGET)
        return target_name(to, traffic->targets[index]);
    if (kind == GROUP_INITIATOR) {
        snprintf(to, TOP_NAME_TEXT, "%s", results_initiator(mac, traffic->initiators[index]));
        return to;
    }
    const struct pair *pair = traffic->pairs[index];
    target_name(target, traffic->targets[pair->target]);
    snprintf(to, TOP_NAME_TEXT, "%.40s %s", target,
             results_initiator(mac, traffic->initiators[pair->initiator]));
    return to;
}
