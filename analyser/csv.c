/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "csv_row.h"
#include "csv_tables.h"
#include "output.h"
#include "results.h"

/* Texts of a pair, made once: "e0.1", NULL, "02:00:00:00:00:01". */
struct names {
    bool known;
    char target[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT], initiator[AOE_MAC_TEXT];
};

struct csv {
    const char *folder;
    struct output commands; /* `to` is NULL where it is not written */
    char path[4096];
    struct names names[TRAFFIC_PAIRS];
};

static int path_of(const char *folder, const char *name, char path[4096])
{
    int length = snprintf(path, 4096, "%s/%s", folder, name);
    return length > 0 && length < 4096 ? 0 : -1;
}

static const struct names *names_of(struct csv *csv, const struct traffic *traffic, uint32_t index)
{
    struct names *names = &csv->names[index];
    if (names->known)
        return names;
    const struct pair *pair = traffic->pairs[index];
    const struct traffic_target *target = traffic->targets[pair->target];
    char text[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    names->known = true;
    snprintf(names->target, sizeof names->target, "%s", results_target(text, target));
    snprintf(names->initiator, sizeof names->initiator, "%s",
             results_initiator(mac, traffic->initiators[pair->initiator]));
    if (!aoe_vlan_text(names->vlan, target->vlan))
        names->vlan[0] = '\0';
    return names;
}

static void put_command(struct csv_row *row, const struct names *names,
                        const struct command *command)
{
    bool answered = command->answer_frame;
    bool transfer =
        answered && (command->operation == OPERATION_READ || command->operation == OPERATION_WRITE);
    csv_time(row, "time_ns", command->time);
    csv_text(row, "target", names->target);
    csv_text(row, "vlan", names->vlan);
    csv_text(row, "initiator", names->initiator);
    csv_text(row, "operation", operation_name(command->operation));
    csv_known(row, "lba", transfer, command->lba);
    csv_known(row, "sectors", transfer, command->sectors);
    csv_number(row, "first_frame", command->first_frame);
    csv_known(row, "answer_frame", answered, command->answer_frame);
    csv_known(row, "command_latency_ns", answered, (uint64_t)command->latency);
    csv_known(row, "frame_round_trip_ns", answered, (uint64_t)command->round_trip);
    csv_number(row, "repeats", command->repeats);
    csv_known(row, "aoe_error", answered, command->error);
    csv_known(row, "ata_error", answered, command->ata_error);
}

void csv_command(void *user, const struct traffic *traffic, const struct command *command)
{
    struct csv *csv = user;
    struct csv_row row;
    csv_begin(&row, false);
    put_command(&row, names_of(csv, traffic, command->pair), command);
    csv_end(&row, csv->commands.to);
}

static int begin_commands(struct csv *csv, char *error, size_t error_size)
{
    enum { BUFFER = 1 << 18 };
    static const struct names none;
    static const struct command nothing;
    struct csv_row row;
    if (path_of(csv->folder, "commands.csv", csv->path) < 0) {
        snprintf(error, error_size, "--csv: the name of the folder is too long");
        return -1;
    }
    if (output_open(&csv->commands, csv->path, error, error_size) < 0)
        return -1;
    setvbuf(csv->commands.to, NULL, _IOFBF, BUFFER);
    csv_begin(&row, true);
    put_command(&row, &none, &nothing);
    csv_end(&row, csv->commands.to);
    return 0;
}

struct csv *csv_open(const char *folder, bool commands, char *error, size_t error_size)
{
    struct csv *csv = calloc(1, sizeof *csv);
    if (!csv) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    csv->folder = folder;
    if (mkdir(folder, 0777) && errno != EEXIST) {
        snprintf(error, error_size, "cannot make %s: %s", folder, strerror(errno));
    } else if (!commands || begin_commands(csv, error, error_size) == 0) {
        return csv;
    }
    free(csv);
    return NULL;
}

int csv_tables(struct csv *csv, const struct figures *figures, char *error, size_t error_size)
{
    static const struct {
        const char *name;
        int (*write)(FILE *, const struct figures *);
    } tables[] = {{"series.csv", csv_series},
                  {"operations.csv", csv_operations},
                  {"targets.csv", csv_targets},
                  {"initiators.csv", csv_initiators},
                  {"pairs.csv", csv_pairs}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char path[4096];
        struct output output;
        if (path_of(csv->folder, tables[i].name, path) < 0 ||
            output_open(&output, path, error, error_size) < 0)
            return -1;
        int status = tables[i].write(output.to, figures);
        if (output_close(&output, status, error, error_size) < 0)
            return -1;
    }
    return 0;
}

int csv_close(struct csv *csv, char *error, size_t error_size)
{
    int status = 0;
    if (csv->commands.to)
        status = output_close(&csv->commands, 0, error, error_size);
    free(csv);
    return status;
}
