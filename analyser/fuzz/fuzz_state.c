/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the saved state of an analysis: they are refused with a message, or give results,
 * and frames can follow. */
#include "analyser/results.h"
#include "analyser/state.h"
#include "memory_file.h"

/* A request and its response, which may meet anything that was loaded. */
static void feed_more(struct analysis *analysis)
{
    uint8_t bytes[AOE_FRAME_MIN];
    struct aoe_frame frame = {.type = AOE_ETHERTYPE, .version = AOE_VERSION, .tag = 7};
    for (unsigned i = 0; i < 4; i++) {
        frame.flags = i % 2 ? AOE_FLAG_RESPONSE : 0;
        frame.command = i < 2 ? AOE_COMMAND_ATA : AOE_COMMAND_CONFIG;
        size_t length = aoe_frame_build(&frame, bytes, sizeof bytes);
        struct capture_frame captured = {bytes, analysis->latest, (uint32_t)length,
                                         (uint32_t)length};
        struct aoe_frame decoded;
        analysis_feed(analysis, &captured, &decoded);
    }
}

static void load(struct state *state)
{
    char error[256] = "";
    struct analysis analysis;
    require(!analysis_open(&analysis, state_options(state)), "there is memory for an analysis");
    if (state_load(state, &analysis, NULL, error, sizeof error) == 0) {
        feed_more(&analysis);
        analysis_finish(&analysis);
        json_t *results = results_json(&analysis.figures, state_options(state));
        require(results != NULL, "there are results");
        json_decref(results);
    } else {
        require(*error, "why it cannot be loaded is said");
    }
    analysis_close(&analysis);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32], error[256] = "";
    int file = make_file(data, size, path, sizeof path);
    struct state *state = state_open(path, error, sizeof error);
    require(state || *error, "why it cannot be opened is said");
    if (state)
        load(state);
    state_close(state);
    close(file);
    return 0;
}
