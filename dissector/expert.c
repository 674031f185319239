/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"

struct expert_fields expert_fields;

void expert_fields_register(int protocol)
{
    static ei_register_info registered[] = {
        {&expert_fields.must,
         {"aoe.rule.must", PI_PROTOCOL, PI_ERROR, "Breaks a rule that must hold", EXPFILL}},
        {&expert_fields.should,
         {"aoe.rule.should", PI_PROTOCOL, PI_WARN, "Breaks a rule that should hold", EXPFILL}},
        {&expert_fields.may,
         {"aoe.rule.may", PI_PROTOCOL, PI_NOTE, "Breaks a rule that may hold", EXPFILL}},
        {&expert_fields.repeat, {"aoe.repeat", PI_SEQUENCE, PI_NOTE, "Repeats a request", EXPFILL}},
        {&expert_fields.spurious,
         {"aoe.repeat.spurious", PI_SEQUENCE, PI_NOTE,
          "The command was answered without this repeat", EXPFILL}},
        {&expert_fields.duplicate,
         {"aoe.duplicate", PI_SEQUENCE, PI_WARN, "A further response that nothing asked for",
          EXPFILL}},
        {&expert_fields.late,
         {"aoe.late", PI_SEQUENCE, PI_NOTE, "The command was already answered", EXPFILL}},
        {&expert_fields.unsolicited,
         {"aoe.unsolicited", PI_SEQUENCE, PI_NOTE, "Answers no request in this capture", EXPFILL}},
        {&expert_fields.unanswered,
         {"aoe.unanswered", PI_SEQUENCE, PI_WARN, "No response came in time", EXPFILL}},
        {&expert_fields.open,
         {"aoe.open", PI_SEQUENCE, PI_CHAT, "The capture ends before a response", EXPFILL}},
        {&expert_fields.cut,
         {"aoe.cut", PI_UNDECODED, PI_NOTE, "The capture holds only a part of the message",
          EXPFILL}},
        {&expert_fields.incomplete,
         {"aoe.incomplete", PI_PROTOCOL, PI_WARN, "The frame ends before the message in it",
          EXPFILL}},
        {&expert_fields.notes[HISTORY_LOW_BUFFER_COUNT],
         {"aoe.low_buffer_count", PI_PROTOCOL, PI_NOTE,
          "A buffer count below 2 lets the initiator have one command outstanding", EXPFILL}},
        {&expert_fields.notes[HISTORY_OVER_BUFFER_COUNT],
         {"aoe.over_buffer_count", PI_SEQUENCE, PI_WARN,
          "More commands are outstanding than the target has buffers for", EXPFILL}},
        {&expert_fields.notes[HISTORY_OVER_SECTOR_COUNT],
         {"aoe.over_sector_count", PI_PROTOCOL, PI_WARN, "More sectors than the target advertised",
          EXPFILL}},
        {&expert_fields.notes[HISTORY_OVER_MTU],
         {"aoe.over_mtu", PI_PROTOCOL, PI_WARN, "More sectors than the MTU of the link carries",
          EXPFILL}},
        {&expert_fields.notes[HISTORY_TWO_TARGETS],
         {"aoe.two_targets", PI_PROTOCOL, PI_ERROR,
          "Two targets have this address: they advertise different things", EXPFILL}},
    };
    for (size_t i = 0; i < array_length(registered); i++)
        *registered[i].ids = (expert_field)EI_INIT;
    expert_module_t *module = expert_register_protocol(protocol);
    expert_register_field_array(module, registered, array_length(registered));
}
