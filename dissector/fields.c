/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

struct fields fields;
struct branches branches;

/* Fields that the protocol had before have the names and types that old filters expect. */
void fields_register(int protocol)
{
    static hf_register_info registered[] = {
        {&fields.version,
         {"Version", "aoe.version", FT_UINT8, BASE_DEC, NULL, 0xF0, "2.2: 1", HFILL}},
        {&fields.response,
         {"Response", "aoe.response", FT_BOOLEAN, 8, TFS(&tfs_set_notset), 0x08, NULL, HFILL}},
        {&fields.address,
         {"Address", "aoe.address", FT_STRING, BASE_NONE, NULL, 0, "Shelf and slot", HFILL}},
        {&fields.tag, {"Tag", "aoe.tag", FT_UINT32, BASE_HEX, NULL, 0, NULL, HFILL}},
        {&fields.response_in,
         {"Response in", "aoe.response_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, NULL, HFILL}},
        {&fields.response_to,
         {"Response to", "aoe.response_to", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, NULL, HFILL}},
        {&fields.time,
         {"Time from request", "aoe.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "From the request that this answers", HFILL}},
        {&fields.time_first,
         {"Time from first request", "aoe.time_first", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "From the first request of the command", HFILL}},
        {&fields.retransmission_of,
         {"Repeats request in", "aoe.retransmission_of", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), 0, NULL, HFILL}},
        {&fields.retransmitted_in,
         {"Repeated in", "aoe.retransmitted_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_NEXT), 0, NULL, HFILL}},
        {&fields.duplicate_of,
         {"Duplicate of response in", "aoe.duplicate_of", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK), 0, NULL, HFILL}},
        {&fields.rule,
         {"Rule", "aoe.rule", FT_STRING, BASE_NONE, NULL, 0, "Id of the clause that does not hold",
          HFILL}},
    };
    static int *subtrees[] = {&branches.message, &branches.flags};
    for (size_t i = 0; i < array_length(subtrees); i++)
        *subtrees[i] = -1;
    proto_register_field_array(protocol, registered, array_length(registered));
    proto_register_subtree_array(subtrees, array_length(subtrees));
}
