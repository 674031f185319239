# SPDX-License-Identifier: GPL-2.0-or-later
"""What users are bitten by though no rule forbids it, as expert information, and the preferences."""
import os

import pytest

import dissectorsample as sample

MS = 10**6
SECOND = 10**9


def config_query(tag):
    return sample.request(1, sample.config_argument(buffers=0, firmware=0, sectors=0), tag)


def advert(tag, target=sample.TARGET, **fields):
    return sample.response(1, sample.config_argument(**fields), tag, target=target)


def read(tag, lba=0, count=1):
    return sample.ata_request(sample.READ, tag, lba=lba, count=count)


def data(tag, lba=0, count=1):
    return sample.ata_response(tag, lba=lba, data=bytes(512 * count))


def found(shark, frames, filter, *options):
    """The frames that a filter shows, of frames that are 1 ms apart or (frame, ns) after the last."""
    timed = [(frame[0], None, frame[1]) if isinstance(frame, tuple) else (frame, None, MS) for frame in frames]
    capture = sample.pcap(os.path.join(shark.home, "tmp", "expert.pcap"), timed)
    text = shark.text("-2", *options, "-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number")
    return [int(number) for number in text.split()]


def test_a_buffer_count_below_two(shark):
    frames = [config_query(1), advert(1, buffers=1), config_query(2), advert(2, buffers=2)]
    assert found(shark, frames, "aoe.low_buffer_count") == [2]


def test_more_outstanding_than_buffers(shark):
    frames = [config_query(1), advert(1, buffers=2), read(2, 1), read(3, 2), read(4, 3), data(2, 1), data(3, 2),
              read(5, 4)]
    assert found(shark, frames, "aoe.over_buffer_count") == [5]


def test_more_sectors_than_advertised(shark):
    frames = [config_query(1), advert(1, sectors=2), read(2, 0, 2), data(2, 0, 2), read(3, 0, 3)]
    assert found(shark, frames, "aoe.over_sector_count") == [5]
    assert found(shark, frames, 'aoe.rule == "i-sectors"') == [5]


def test_zero_sectors_stand_for_two(shark):
    frames = [config_query(1), advert(1, sectors=0), read(2, 0, 2), data(2, 0, 2), read(3, 0, 3)]
    assert found(shark, frames, "aoe.over_sector_count") == [5]


@pytest.mark.parametrize("mtu, expected", [("0", []), ("1500", [3]), ("1558", []), ("1557", [3])])
def test_more_sectors_than_the_mtu_carries(shark, mtu, expected):
    frames = [read(2, 0, 2), data(2, 0, 2), read(3, 0, 3)]
    assert found(shark, frames, "aoe.over_mtu", "-o", f"aoe.mtu:{mtu}") == expected


def test_an_advertised_sector_count_above_the_mtu(shark):
    frames = [config_query(1), advert(1, sectors=3)]
    assert found(shark, frames, 'aoe.rule == "3.2-sectors"') == []
    assert found(shark, frames, 'aoe.rule == "3.2-sectors"', "-o", "aoe.mtu:1500") == [2]


def test_two_targets_of_one_address(shark):
    frames = [config_query(1), advert(1, buffers=16), advert(1, sample.SECOND, buffers=8)]
    assert found(shark, frames, "aoe.two_targets") == [3]


def test_one_target_with_two_ports_is_one(shark):
    frames = [config_query(1), advert(1), advert(1, sample.SECOND)]
    assert found(shark, frames, "aoe.two_targets") == []


def test_a_spurious_repeat(shark):
    frames = [read(1, 5), read(2, 5), data(1, 5), data(2, 5), read(3, 6), read(4, 6), data(4, 6)]
    assert found(shark, frames, "aoe.repeat.spurious") == [2]
    assert found(shark, frames, "aoe.repeat") == [2, 6]
    assert found(shark, frames, "aoe.late") == [4]


def test_an_unanswered_command_and_one_that_is_open_at_the_end(shark):
    frames = [read(1, 5), (read(2, 6), 11 * SECOND), read(3, 7), data(3, 7)]
    assert found(shark, frames, "aoe.unanswered") == [1]
    assert found(shark, frames, "aoe.open") == [2]


def test_the_time_limit_for_a_match(shark):
    """What comes after 12 s is late, unless the user waits for 20."""
    frames = [read(1, 5), (data(1, 5), 12 * SECOND)]
    assert found(shark, frames, "aoe.unanswered") == [1]
    assert found(shark, frames, "aoe.late") == [2]
    assert found(shark, frames, "aoe.unanswered || aoe.late", "-o", "aoe.patience:20") == []
