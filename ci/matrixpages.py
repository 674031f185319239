# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kill matrix says: problems, and the two pages scenarios/matrix.md and scenarios/ledger.md."""
import os
import re
import subprocess

import aoelab

MATRIX = os.path.join(aoelab.ROOT, "scenarios/matrix.md")
LEDGER = os.path.join(aoelab.ROOT, "scenarios/ledger.md")
SIDES = {"target": "Targets", "initiator": "Initiators"}

# Clauses without scenarios, or without deviations, and why.
NO_SCENARIO = {}
NO_DEVIATION = {
    "2.6-vendor": "it forbids nothing: what a vendor's commands do is the vendor's",
    "3.1-ext-mismatch": "it is disputed: serving and refusing are both allowed",
    "3.4-others": "it is disputed: refusing more or fewer commands is allowed",
}


class Clause:
    def __init__(self, line):
        self.id, self.level, self.basis, self.sentence = line.split(None, 3)

    @property
    def side(self):
        return "initiator" if self.id.startswith("i-") else "target"


class Catalogue:
    """The clauses and scenarios, as aoe-conform tells them."""

    def __init__(self, program):
        def said(*arguments):
            return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout.splitlines()
        self.clauses = [Clause(line) for line in said("--explain", "all")]
        self.clause_of = {line.split()[0]: line.split()[1] for line in said("--list")}

    def side_of(self, scenario):
        return "initiator" if self.clause_of[scenario].startswith("i-") else "target"

    def of_side(self, side):
        return [scenario for scenario in self.clause_of if self.side_of(scenario) == side]

    def related(self, deviation):
        """The scenarios of its section; for initiators of its clause, and the rules."""
        if deviation.side == "initiator":
            return [scenario for scenario, clause in self.clause_of.items()
                    if clause == deviation.clause or (clause.startswith("i-") and scenario.startswith("rules/"))]
        return [scenario for scenario, clause in self.clause_of.items()
                if self.side_of(scenario) == "target" and section(clause) == section(deviation.clause)]


def section(clause):
    """3.2 of 3.2-set: the parent section. The clauses of initiators have none in common."""
    return clause if clause.startswith("i-") else clause.split("-")[0]


def fitting(catalogue, deviation, found):
    """Of the scenarios that catch it, those of its own clause, and those of its section."""
    clause = {scenario: catalogue.clause_of[scenario] for scenario in found}
    own = sorted(scenario for scenario in found if clause[scenario] == deviation.clause)
    related = sorted(scenario for scenario in found
                     if scenario not in own and section(clause[scenario]) == section(deviation.clause))
    return own, related


def of_reference(rows):
    return next(row for row in rows if not row[0].deviant)


def killing(rows):
    """Scenarios, each with the names of the deviations that it catches."""
    clean = of_reference(rows)[1]
    kills = {}
    for deviation, found, _ in rows:
        for scenario in found - clean if deviation.deviant else ():
            kills.setdefault(scenario, []).append(deviation.name)
    return kills


def idle(catalogue, side, rows):
    """The scenarios of that side that catch nothing."""
    kills = killing(rows)
    return [scenario for scenario in catalogue.of_side(side) if scenario not in kills]


def doubtful(catalogue, side, rows, complete):
    """The deviations that are to be judged once more: what nothing of their section catches, and, where all were
    run, those of the clauses of scenarios that catch nothing."""
    clean = of_reference(rows)[1]
    idle_clauses = {catalogue.clause_of[scenario] for scenario in idle(catalogue, side, rows)} if complete else ()
    return [deviation for deviation, found, _ in rows if deviation.deviant
            and (deviation.clause in idle_clauses or not any(fitting(catalogue, deviation, found - clean)))]


def problems(catalogue, results, complete):
    said = []
    for side, rows in results.items():
        clean = of_reference(rows)[1]
        said += [f"the reference {side} does not pass {scenario}" for scenario in sorted(clean)]
        for deviation, found, notes in rows:
            if not deviation.deviant:
                continue
            own, related = fitting(catalogue, deviation, found - clean)
            if not found - clean:
                said.append(f"{deviation.name} ({deviation.clause}) survives {' '.join(notes)}".rstrip())
            elif not own and not related:
                said.append(f"{deviation.name} ({deviation.clause}) is only caught elsewhere: "
                            + " ".join(sorted(found - clean)[:5]))
        if complete:
            said += [f"{scenario} catches nothing" for scenario in idle(catalogue, side, rows)]
    return said + ledger_problems(catalogue, results) if complete else said


def ledger_problems(catalogue, results):
    said = []
    for clause in catalogue.clauses:
        scenarios = [s for s, c in catalogue.clause_of.items() if c == clause.id]
        deviations = [row[0] for row in results.get(clause.side, []) if row[0].clause == clause.id]
        if not scenarios and clause.id not in NO_SCENARIO:
            said.append(f"clause {clause.id} has no scenario and no reason")
        if clause.side in results and not deviations and clause.id not in NO_DEVIATION:
            said.append(f"clause {clause.id} has no deviation and no reason")
    return said


def summary(results):
    lines = []
    for side, rows in results.items():
        clean = of_reference(rows)[1]
        deviant = [row for row in rows if row[0].deviant]
        caught = [row for row in deviant if row[1] - clean]
        for deviation, found, notes in deviant:
            names = " ".join(sorted(found - clean)) or " ".join(notes) or "SURVIVES"
            lines.append(f"{deviation.name:44} {deviation.clause:20} {names}")
        lines.append(f"{side}s: {len(caught)} of {len(deviant)} deviations caught")
    return "\n".join(lines)


# ---- the pages ----

def cell(text):
    return text.replace("|", "\\|")


def matrix_page(catalogue, results):
    lines = ["# The kill matrix", "",
             "Which scenarios catch which deviation of `aoe-target-deviant` and `aoe-initiator-deviant`. Written by "
             "`make matrix`; not to be edited.", ""]
    for side, rows in results.items():
        clean = of_reference(rows)[1]
        deviant = [row for row in rows if row[0].deviant]
        kills = killing(rows)
        lines += [f"## {SIDES[side]}", "",
                  f"{len(deviant)} deviations, {sum(bool(row[1] - clean) for row in deviant)} caught, by "
                  f"{len(kills)} of {len(catalogue.of_side(side))} scenarios.", "",
                  "| deviation | clause | what is wrong | caught by scenarios of its clause | of its section | others |",
                  "| --- | --- | --- | --- | --- | --- |"]
        for deviation, found, _ in deviant:
            own, related = fitting(catalogue, deviation, found - clean)
            others = len(found - clean) - len(own) - len(related)
            lines.append(f"| `{deviation.name}` | {deviation.clause} | {cell(deviation.wrong)} | {' '.join(own)} "
                         f"| {' '.join(related)} | {others or ''} |")
        lines += ["", "| scenario | clause | deviations that it catches |", "| --- | --- | --- |"]
        for scenario in sorted(catalogue.of_side(side)):
            names = kills.get(scenario, [])
            shown = " ".join(f"`{name}`" for name in names[:6]) + (f" and {len(names) - 6} more" if names[6:] else "")
            lines.append(f"| {scenario} | {catalogue.clause_of[scenario]} | {shown} |")
        lines.append("")
    return "\n".join(lines)


def ledger_page(catalogue, results):
    lines = ["# The ledger of clauses", "",
             "Every clause with what judges it. Written by `make matrix`; not to be edited.", "",
             "| clause | level | basis | scenarios | deviations |", "| --- | --- | --- | --- | --- |"]
    for clause in catalogue.clauses:
        scenarios = sorted(s for s, c in catalogue.clause_of.items() if c == clause.id)
        deviations = [f"`{row[0].name}`" for row in results[clause.side] if row[0].clause == clause.id]
        lines.append(f"| {clause.id} | {clause.level} | {clause.basis} "
                     f"| {' '.join(scenarios) or 'cannot be tested because ' + NO_SCENARIO.get(clause.id, '?')} "
                     f"| {' '.join(deviations) or 'none, because ' + NO_DEVIATION.get(clause.id, '?')} |")
    return "\n".join(lines) + "\n"


def write(catalogue, results):
    for path, text in ((MATRIX, matrix_page(catalogue, results)), (LEDGER, ledger_page(catalogue, results))):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def stale(catalogue, deviations):
    """What the pages lack, without a run."""
    with open(MATRIX, encoding="utf-8") as file:
        matrix = file.read()
    with open(LEDGER, encoding="utf-8") as file:
        ledger = file.read()
    names = set(re.findall(r"^\| `([^`]+)` \|", matrix, re.MULTILINE))
    listed = {deviation.name for side in deviations.values() for deviation in side}
    rows = set(re.findall(r"^\| ([a-z0-9.-]+/[^ ]+) \|", matrix, re.MULTILINE))
    clauses = set(re.findall(r"^\| ([0-9i][^ ]*-[^ ]+) \|", ledger, re.MULTILINE))
    said = [f"scenarios/matrix.md has no {name}: run 'make matrix'" for name in sorted(listed - names)]
    said += [f"scenarios/matrix.md has {name}, which is gone: run 'make matrix'" for name in sorted(names - listed)]
    said += [f"scenarios/matrix.md has no {scenario}: run 'make matrix'"
             for scenario in sorted(set(catalogue.clause_of) - rows)]
    said += [f"scenarios/ledger.md has no {clause.id}: run 'make matrix'" for clause in catalogue.clauses
             if clause.id not in clauses]
    said += [f"scenarios/ledger.md: {line.split()[1]} has neither scenarios nor a reason"
             for line in ledger.splitlines() if "because ?" in line]
    return said
