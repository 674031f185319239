# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's vblade, a target that nobody here wrote: its verdicts, each with the captured frame
that proves it, and no verdict that it does not deserve."""
import os

import pytest

import aoeframes
import aoelab
from conftest import verdicts

CONFIG, ATA = 1, 0

# All that vblade 25 does not do as the clauses say, on a link of MTU 1500, its mask list left alone.
# Whatever else turns up is a false alarm, or news about vblade: look at its capture.
FAILS = {
    "ata/write-flag-on-read",
    "config/length-beyond", "config/length-beyond-runt", "config/length-beyond-set",
    "config/length-beyond-stale",
    "frame/error-reflected", "frame/error-reflected-ata",
    "frame/padding-stale-write", "frame/reserved-ata", "frame/reserved-flags", "frame/reserved-mask",
    "frame/version-of-response",
    "rules/1-reserved-in", "rules/2.1-padding", "rules/2.2-version", "rules/2.3-error",
    "rules/3.1-data", "rules/3.1-status",
}
ADVICES = {
    "ata/flush", "ata/flush-ext",
    "frame/destination-other", "frame/destination-other-broadcast",
    "frame/version-changes-nothing", "frame/version-unsupported",
}


@pytest.fixture(name="judged", scope="module")
def fixture_judged():
    from conftest import Suite
    with Suite() as lab:
        lab.vblade()
        captures = os.path.join(lab.folder, "captures")
        process, result = lab.judge("--allow", "media,config,reserve", "--captures", captures)
        yield process, result, captures


def exchanges(judged, scenario):
    """(request, response or None) of each request in a scenario's capture, and all comments."""
    packets, comments = aoeframes.read_pcapng(os.path.join(judged[2], scenario + ".pcapng"))
    frames = [aoeframes.parse(raw) for raw, _ in packets]
    texts = comments + [text for _, texts in packets for text in texts]
    target = bytes.fromhex(judged[1]["target"]["mac"].replace(":", ""))
    pairs = []
    for at, frame in enumerate(frames):
        if frame and frame.src != target:
            answers = (f for f in frames[at + 1:] if f and f.src == target and f.tag == frame.tag)
            pairs.append((frame, next(answers, None)))
    assert pairs
    return pairs, texts


def test_exactly_these_verdicts(judged):
    process, result, _ = judged
    assert process.returncode == 1, process.stdout[-2000:]
    found = verdicts(result)
    assert {name for name, verdict in found.items() if verdict == "fail"} == FAILS
    assert {name for name, verdict in found.items() if verdict == "advice"} == ADVICES
    assert not [name for name, verdict in found.items()
                if verdict in ("inconclusive", "error", "known", "fixed")]


def test_what_vblade_is(judged):
    target = judged[1]["target"]
    assert target["firmware"] == 0x4019
    assert target["buffer_count"] == 16
    assert target["sector_count"] == 2
    assert target["commands"] == ["ATA", "config", "mask", "reserve"]


def test_captures_name_verdict_clause_and_line(judged):
    _, texts = exchanges(judged, "frame/version-of-response")
    everything = "\n".join(texts)
    assert "fail" in everything and "2.2-version" in everything
    assert "version-of-response.aoe:" in everything


def test_any_version_is_served_and_comes_back(judged):
    pairs, _ = exchanges(judged, "frame/version-of-response")
    wrong = [(q, r) for q, r in pairs if q.version != 1 and r]
    assert wrong
    for request, response in wrong:
        assert response.version == request.version and response.error == 0
    pairs, _ = exchanges(judged, "frame/version-unsupported")
    assert any(q.version != 1 and r and r.error == 0 and not r.flags & 4 for q, r in pairs)


def test_reserved_bits_are_reflected(judged):
    pairs, _ = exchanges(judged, "frame/reserved-flags")
    assert any(r and r.flags & 3 and r.flags & 3 == q.flags & 3 for q, r in pairs)
    pairs, _ = exchanges(judged, "frame/reserved-ata")
    assert any(r and any(a & b for a, b in zip(q.raw[34:36], r.raw[34:36])) or
               r and q.raw[24] & r.raw[24] & 0xAC for q, r in pairs)


def test_the_error_is_reflected_in_a_good_response(judged):
    pairs, _ = exchanges(judged, "frame/error-reflected")
    assert any(r and q.error and r.error == q.error and r.flags & 4 for q, r in pairs)


def test_padding_leaks(judged):
    """A response of 60 bytes carries bytes behind its message that were never meant for it."""
    scenario = next(s for s in judged[1]["scenarios"] if s["id"] == "rules/2.1-padding")
    failure = scenario["failures"][0]
    response = bytes.fromhex(failure["frame"])
    place = failure["rows"][0]["byte"]
    frame = aoeframes.parse(response)
    end = {0: 36, 1: 32 + int.from_bytes(response[30:32], "big"), 2: 28 + 8 * response[27],
           3: 26 + 6 * response[25]}[frame.command]
    assert place >= end and any(response[place:])


def test_a_length_beyond_the_frame_is_stored(judged):
    pairs, _ = exchanges(judged, "config/length-beyond")
    beyond = [(q, r) for q, r in pairs
              if int.from_bytes(q.raw[30:32], "big") + 32 > len(q.raw) and r]
    assert any(r.error == 0 and not r.flags & 4 for _, r in beyond)


def test_flush_without_drdy_and_flush_ext_aborted(judged):
    pairs, _ = exchanges(judged, "ata/flush")
    assert any(q.command == ATA and q.raw[27] == 0xE7 and r.raw[27] == 0x00 for q, r in pairs)
    pairs, _ = exchanges(judged, "ata/flush-ext")
    assert any(q.command == ATA and q.raw[27] == 0xEA and r.raw[27] & 1 and r.raw[25] & 4
               for q, r in pairs)


def test_frames_to_another_mac_are_served(judged):
    pairs, _ = exchanges(judged, "frame/destination-other")
    target = bytes.fromhex(judged[1]["target"]["mac"].replace(":", ""))
    assert any(q.dst not in (target, aoeframes.BROADCAST) and r for q, r in pairs)


def test_a_read_with_w_gets_60_bytes(judged):
    pairs, _ = exchanges(judged, "ata/write-flag-on-read")
    assert any(q.raw[27] == 0x20 and q.raw[24] & 1 and r and len(r.raw) == 60 for q, r in pairs)


@pytest.mark.parametrize("scenario, holds", [
    # Answers the two broadcast values, each by itself.
    ("frame/broadcast-shelf", lambda q, r: q.shelf == 0xFFFF and r and r.shelf == 0),
    ("frame/broadcast-slot", lambda q, r: q.slot == 0xFF and r and r.slot == 1),
    # Ignores requests with R set.
    ("frame/ignore-responses", lambda q, r: q.flags & 8 and r is None),
    # Over 1024 bytes of config string: silence.
    ("config/length-over", lambda q, r: int.from_bytes(q.raw[30:32], "big") > 1024 and r is None),
    # Set-if-empty accepts the same string again.
    ("config/set-same", lambda q, r: q.raw[29] & 15 == 3 and r and r.error == 0),
    # A count above the maximum: AoE error 2. So is a write with too little data.
    ("ata/max-count-read", lambda q, r: r and r.error == 2),
    ("ata/short-write-byte", lambda q, r: r and r.error == 2),
    # Past the end: IDNF.
    ("ata/range-read", lambda q, r: r and r.raw[27] & 1 and r.raw[25] & 0x10),
    # While reserved, commands of others but IDENTIFY get error 6.
    ("reserve/enforced-read", lambda q, r: r and r.error == 6),
    ("reserve/identify", lambda q, r: q.raw[27] == 0xEC and r and r.error == 0),
])
def test_what_vblade_does_right(judged, scenario, holds):
    assert verdicts(judged[1])[scenario] == "pass"
    pairs, _ = exchanges(judged, scenario)
    assert any(holds(q, r) for q, r in pairs)


def test_sector_count_follows_the_mtu(lab_of):
    lab = lab_of(9000)
    lab.vblade()
    process, result = lab.judge("--allow", "media,config,reserve")
    assert result["target"]["sector_count"] == 17
    found = verdicts(result)
    assert {name for name, verdict in found.items() if verdict == "fail"} == FAILS
    assert {name for name, verdict in found.items() if verdict == "advice"} == ADVICES


def test_the_third_mask_address_corrupts_the_list(lab):
    lab.vblade()
    captures = os.path.join(lab.folder, "captures")
    process, result = lab.judge("--allow", "all", "--captures", captures, "mask/add-three")
    assert verdicts(result)["mask/add-three"] == "fail"
    pairs, _ = exchanges((process, result, captures), "mask/add-three")
    lists = [[r.raw[30 + 8 * i:36 + 8 * i] for i in range(r.raw[27])] for q, r in pairs
             if r and r.command == 2]
    assert any(b"\0" * 6 in macs for macs in lists), lists


def test_deleting_a_mask_ends_vblade_and_the_report_says_so(lab):
    """It aborts on the first deletion, so its list cannot be put back: a run that may touch masks
    tells what killed the target, in bounded time, with everything judged up to there."""
    target = lab.vblade()
    process, result = lab.judge("--allow", "all")
    assert target.wait(5) == -6
    assert process.returncode == 3
    found = verdicts(result)
    assert FAILS <= {name for name, verdict in found.items() if verdict == "fail"}
    assert result["summary"]["pass"] > 200
    dead = [s for s in result["scenarios"] if s["verdict"] == "fail" and
            "stopped answering" in (s["reason"] or "")]
    assert len(dead) == 1 and dead[0]["id"].startswith("mask/")
    assert dead[0]["id"] in result["error"]
    not_run = [s["id"] for s in result["scenarios"] if s["verdict"] == "error"]
    assert not_run and all(name.split("/")[0] in ("mask", "link", "frame") for name in not_run)


def test_a_baseline_makes_the_known_known(lab):
    baseline = os.path.join(lab.folder, "baseline")
    lab.vblade()
    arguments = ("--allow", "media,config,reserve")
    process, _ = lab.judge(*arguments, "--write-baseline", baseline)
    assert process.returncode == 1
    process, result = lab.judge(*arguments, "--baseline", baseline)
    assert process.returncode == 0
    assert result["summary"]["known"] == len(FAILS) + len(ADVICES)
    with open(baseline, "a", encoding="utf-8") as file:
        file.write("config/read  # it does not\n")
    process, result = lab.judge(*arguments, "--baseline", baseline)
    assert process.returncode == 1
    assert verdicts(result)["config/read"] == "fixed"


@pytest.mark.parametrize("mtu", [1500, 9000])
def test_the_baseline_that_ships_holds_exactly(lab_of, mtu):
    lab = lab_of(mtu)
    lab.vblade()
    path = os.path.join(aoelab.ROOT, "baselines/vblade-25")
    process, result = lab.judge("--allow", "media,config,reserve", "--baseline", path)
    assert process.returncode == 0, process.stdout[-2000:]
    found = verdicts(result)
    assert {name for name, verdict in found.items() if verdict == "known"} == FAILS | ADVICES
    with open(path, encoding="utf-8") as file:
        assert {line.split()[0] for line in file if line.strip() and line[0] != "#"} == FAILS | ADVICES


def test_strict_counts_a_should(lab):
    lab.vblade()
    arguments = ("--skip", "rules/*", "ata/flush")
    assert lab.conform("--target", "a0", "e0.1", *arguments).returncode == 0
    assert lab.conform("--target", "a0", "e0.1", "--strict", *arguments).returncode == 1
