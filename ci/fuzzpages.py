# SPDX-License-Identifier: GPL-2.0-or-later
"""What the run of random requests against all deviations says: problems, and the page scenarios/fuzzing.md."""
import os
import re

import aoelab
from matrixpages import cell, section

PAGE = os.path.join(aoelab.ROOT, "scenarios/fuzzing.md")
REQUESTS = 20000

# Why deviations are not found: the reason, and their names.
REASONS = [
    ("The link has to be lost: random requests do not take it down, and nobody listens to what a target announces.", [
        "announced-as-request", "announced-as-set", "announced-for-all", "announced-to-the-last-host",
        "announced-with-tag", "announced-with-version-zero", "announced-without-limits", "announced-without-string",
        "deaf-after-flap", "dies-of-flap", "masks-forgotten-after-flap", "not-announced-after-flap",
        "reserve-forgotten-after-flap", "string-forgotten-after-flap"]),
    ("The clause only says may, or its scenario does: random requests leave that open.", [
        "count-returned", "error-register-stale", "feature-returned"]),
    ("A write whose E flag contradicts its opcode may be carried out or refused (3.1-ext-mismatch is disputed): "
     "what the medium holds afterwards nobody knows, so none is sent.", [
         "ext-mismatch-write-at-zero", "ext-mismatch-write-lost"]),
    ("What a target says of itself is believed where it may be so: a buffer count of 4096 is, and "
     "so many requests at once are not sent.", ["buffer-count-little-endian"]),
    ("It takes different requests that wait together: random ones are sent one after the other, or many alike.", [
        "data-of-the-last"]),
    ("It takes frames longer than the MTU, which the link does not carry.", ["dies-of-frame-over-mtu"]),
    ("What other addresses answer to a broadcast is others' traffic.", [
        "second-address-dead", "two-targets-with-one-address"]),
    ("Its mask list holds an address of nobody from the begin, so hosts other than the harness's own would be "
     "kept out: the run refuses with that reason.", ["mask-empty-listed-as-zeros"]),
]


def reason_for(name):
    return next((reason for reason, names in REASONS if name in names), None)


def fit(deviation, clause):
    """How the clause that was named is related to that of the deviation."""
    if clause == deviation.clause:
        return "the same"
    return "of the section" if section(clause) == section(deviation.clause) else "another"


def problems(rows, complete):
    said = []
    for deviation, requests, clause, note in rows:
        reason = reason_for(deviation.name)
        if not deviation.deviant:
            if requests or note:
                said.append(f"the reference target differs: {clause} {note}".rstrip())
        elif not requests and not reason:
            said.append(f"{deviation.name} ({deviation.clause}) is not found and has no reason {note}".rstrip())
        elif requests and reason:
            said.append(f"{deviation.name} ({deviation.clause}) has a reason not to be found, and is found within "
                        f"{requests} requests")
    return said + unknown_names([row[0] for row in rows]) if complete else said


def unknown_names(deviations):
    listed = {deviation.name for deviation in deviations}
    return [f"{name} has a reason, but there is no such deviation"
            for _, names in REASONS for name in names if name not in listed]


def found_rows(rows):
    return [row for row in rows if row[0].deviant and row[1]]


def figures(rows):
    """How many are found, and within how many requests: half of them, nine of ten, all."""
    counts = sorted(row[1] for row in found_rows(rows)) or [0]
    return len(found_rows(rows)), counts[len(counts) // 2], counts[len(counts) * 9 // 10], counts[-1]


def summary(rows):
    lines = [f"{deviation.name:44} {deviation.clause:20} " +
             (f"{requests:6} {clause}" if requests else f"NOT FOUND {note}".rstrip())
             for deviation, requests, clause, note in rows if deviation.deviant]
    deviant = sum(row[0].deviant for row in rows)
    count, half, most, last = figures(rows)
    return "\n".join(lines + [f"{count} of {deviant} deviations found: half of them within {half} requests, "
                              f"nine of ten within {most}, all within {last}"])


def page(rows):
    count, half, most, last = figures(rows)
    deviant = [row for row in rows if row[0].deviant]
    fits = [fit(deviation, clause) for deviation, requests, clause, _ in deviant if requests]
    lines = ["# What random requests find", "",
             f"Every deviation of `aoe-target-deviant` against `aoe-conform --fuzz {REQUESTS} --strict --allow all`, "
             "from one seed, in a lab of its own. Written by `make fuzz-matrix`; not to be edited.", "",
             f"{count} of {len(deviant)} are found: half of them within {half} requests, nine of ten within {most}, "
             f"all within {last}. The clause that the fuzzer names is the deviation's own for "
             f"{fits.count('the same')}, another of its section for {fits.count('of the section')}, and one of "
             f"another section for {fits.count('another')}: there the request that came out wrong was about something "
             "else.", "",
             "| deviation | clause | what is wrong | requests until found | clause that is named |",
             "| --- | --- | --- | --- | --- |"]
    for deviation, requests, clause, _ in deviant:
        if requests:
            lines.append(f"| `{deviation.name}` | {deviation.clause} | {cell(deviation.wrong)} | {requests} "
                         f"| {clause} |")
    lines += ["", "## Not found", ""]
    for reason, names in REASONS:
        lines += [reason, ""]
        lines += [f"- `{deviation.name}` ({deviation.clause}): {deviation.wrong}"
                  for deviation, *_ in deviant if deviation.name in names]
        lines.append("")
    return "\n".join(lines)


def write(rows):
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page(rows))


def stale(deviations):
    """What the page lacks, without a run."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    names = set(re.findall(r"^(?:\| |- )`([^`]+)` ", text, re.MULTILINE))
    listed = {deviation.name for deviation in deviations}
    return [f"scenarios/fuzzing.md has no {name}: run 'make fuzz-matrix'" for name in sorted(listed - names)] + \
        [f"scenarios/fuzzing.md has {name}, which is gone: run 'make fuzz-matrix'"
         for name in sorted(names - listed)] + unknown_names(deviations)
