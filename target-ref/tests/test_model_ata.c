/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model: ATA commands, and the data that must neither be lost nor leak. */
#include "fixture.h"

enum { GOOD = ATA_STATUS_DRDY, FAILED = ATA_STATUS_DRDY | ATA_STATUS_ERR };

static const uint8_t reads[] = {ATA_READ, ATA_READ_EXT, ATA_READ_DMA, ATA_READ_DMA_EXT};
static const uint8_t writes[] = {ATA_WRITE, ATA_WRITE_EXT, ATA_WRITE_DMA, ATA_WRITE_DMA_EXT};
static const uint8_t verifies[] = {ATA_VERIFY, ATA_VERIFY_EXT};

static uint8_t data[255 * AOE_SECTOR_BYTES];

/* Asks and expects an ATA result without an AoE error: ERR with this error register, or good
 * status where it is 0. */
static void expect_ata(struct fixture *f, const struct aoe_frame *request, uint8_t error)
{
    assert_int_equal(error_of(f, request), AOE_ERROR_NONE);
    assert_int_equal(f->answer.ata.opcode, error ? FAILED : GOOD);
    assert_int_equal(f->answer.ata.feature, error);
    assert_memory_equal(f->answer.ata.lba, request->ata.lba, 6);
    if (error)
        assert_int_equal(f->length, AOE_FRAME_MIN);
}

static void expect_data(struct fixture *f, uint64_t lba, size_t count)
{
    assert_int_equal(f->length, AOE_ATA_BYTES + count * AOE_SECTOR_BYTES);
    assert_memory_equal(f->answer.payload.bytes, f->media + lba * AOE_SECTOR_BYTES,
                        count * AOE_SECTOR_BYTES);
}

static void test_reads(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(reads); i++)
        for (uint8_t count = 1; count <= 2; count++)
            for (uint64_t lba = 0; lba + count <= SECTORS; lba++) {
                struct aoe_frame request = ata(reads[i], lba, count, NULL);
                expect_ata(f, &request, 0);
                assert_int_equal(f->answer.ata.count, 0);
                expect_data(f, lba, count);
            }
}

static void test_writes(void **state)
{
    struct fixture *f = *state;
    uint8_t expected[sizeof f->media];
    for (size_t i = 0; i < COUNT(writes); i++) {
        for (uint8_t count = 1; count <= 2; count++) {
            memset(data, (int)(0x40 + 2 * i + count), sizeof data);
            memcpy(expected, f->media, sizeof expected);
            memcpy(expected + (5 + i) * AOE_SECTOR_BYTES, data, count * AOE_SECTOR_BYTES);
            struct aoe_frame request = ata(writes[i], 5 + i, count, data);
            request.ata.aflags |= count == 2 ? AOE_ATA_ASYNC | AOE_ATA_DEVICE : 0;
            expect_ata(f, &request, 0);
            assert_int_equal(f->answer.ata.count, 0);
            assert_int_equal(f->answer.ata.aflags, request.ata.aflags);
            assert_memory_equal(f->media, expected, sizeof expected);
        }
    }
}

static void test_count_zero(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(reads); i++) {
        struct aoe_frame request = ata(reads[i], 1, 0, NULL);
        expect_ata(f, &request, 0);
        request = ata(writes[i], 1, 0, NULL);
        expect_ata(f, &request, 0);
        assert_int_equal(f->length, AOE_FRAME_MIN);
        request = ata(reads[i], SECTORS, 0, NULL);
        expect_ata(f, &request, ATA_ERROR_IDNF);
    }
}

static void test_max_count(void **state)
{
    static const uint32_t mtus[] = {534, 1500, 9000, 65535};
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (size_t i = 0; i < COUNT(mtus); i++) {
        f->model.mtu = mtus[i];
        unsigned most = model_sector_count(&f->model);
        for (unsigned count = most + 1; count < 256; count++) {
            struct aoe_frame request = ata(ATA_READ, 0, (uint8_t)count, NULL);
            assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
            request = ata(ATA_VERIFY_EXT, 0, (uint8_t)count, NULL);
            assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
            request = ata(ATA_WRITE, 0, (uint8_t)count, data);
            request.payload.length = count > 127 ? 0 : request.payload.length;
            assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
        }
        assert_memory_equal(f->media, before, sizeof before);
        if (most > SECTORS)
            continue;
        struct aoe_frame request = ata(ATA_READ_EXT, 0, (uint8_t)most, NULL);
        expect_ata(f, &request, 0);
        expect_data(f, 0, most);
    }
}

static void test_range(void **state)
{
    static const uint64_t beyond[] = {SECTORS - 1,
                                      SECTORS,
                                      SECTORS + 1,
                                      UINT64_C(1) << 28,
                                      (UINT64_C(1) << 28) + 1,
                                      UINT64_C(1) << 32,
                                      (UINT64_C(1) << 40) + 1,
                                      ATA_LBA48_END - 1};
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (size_t i = 0; i < COUNT(beyond); i++) {
        for (size_t j = 0; j < COUNT(reads); j++) {
            bool extended = ata_opcode_find(reads[j])->extended;
            if (!extended && beyond[i] >= ATA_LBA28_END)
                continue;
            struct aoe_frame request = ata(reads[j], beyond[i], 2, NULL);
            expect_ata(f, &request, ATA_ERROR_IDNF);
            request = ata(writes[j], beyond[i], 2, data);
            expect_ata(f, &request, ATA_ERROR_IDNF);
            request = ata(verifies[j % 2], beyond[i], 2, NULL);
            expect_ata(f, &request, j % 2 || beyond[i] < ATA_LBA28_END ? ATA_ERROR_IDNF : 0);
        }
    }
    assert_memory_equal(f->media, before, sizeof before);
    struct aoe_frame last = ata(ATA_READ, SECTORS - 1, 1, NULL);
    expect_ata(f, &last, 0);
    expect_data(f, SECTORS - 1, 1);
}

/* Initiators send 0xA0 or 0xE0 beside the address, and no byte after it counts (3.1-lba28). */
static void test_lba28(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = ata(ATA_READ, 9, 1, NULL);
    request.ata.lba[3] = 0xE0;
    request.ata.lba[4] = request.ata.lba[5] = 0xFF;
    expect_ata(f, &request, 0);
    expect_data(f, 9, 1);
    request.ata.lba[3] = 0xE1; /* the low nibble counts */
    expect_ata(f, &request, ATA_ERROR_IDNF);
}

static void test_large_disks(void **state)
{
    static const struct {
        uint64_t sectors, lba48;
        uint32_t lba28;
    } cases[] = {{(UINT64_C(1) << 28) - 1, (UINT64_C(1) << 28) - 1, 0x0FFFFFFF},
                 {UINT64_C(1) << 28, UINT64_C(1) << 28, 0x0FFFFFFF},
                 {UINT64_C(1) << 33, UINT64_C(1) << 33, 0x0FFFFFFF},
                 {UINT64_C(1) << 48, (UINT64_C(1) << 48) - 1, 0x0FFFFFFF},
                 {UINT64_C(1) << 54, (UINT64_C(1) << 48) - 1, 0x0FFFFFFF}};
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ata_identity identity;
        start_large(f, cases[i].sectors);
        struct aoe_frame request = ata(ATA_IDENTIFY, 0, 1, NULL);
        expect_ata(f, &request, 0);
        ata_identify_decode(&identity, f->answer.payload.bytes);
        assert_int_equal(identity.lba48_sectors, cases[i].lba48);
        assert_int_equal(identity.lba28_sectors, cases[i].lba28);
        request = ata(ATA_READ_EXT, cases[i].lba48 - 2, 2, NULL);
        expect_ata(f, &request, 0);
        expect_data(f, SECTORS - 2, 2);
        request = ata(ATA_READ_EXT, cases[i].lba48 - 1, 2, NULL);
        expect_ata(f, &request, ATA_ERROR_IDNF);
    }
}

static void test_short_writes(void **state)
{
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (size_t i = 0; i < COUNT(writes); i++)
        for (size_t length = 0; length < 2 * AOE_SECTOR_BYTES; length += 73) {
            struct aoe_frame request = ata(writes[i], 0, 2, data);
            request.payload.length = length;
            assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
        }
    assert_memory_equal(f->media, before, sizeof before);
}

static void test_write_flag(void **state)
{
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (size_t i = 0; i < COUNT(reads); i++) {
        struct aoe_frame request = ata(reads[i], 0, 1, data);
        request.ata.aflags |= AOE_ATA_WRITE;
        assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
        assert_int_equal(f->length, AOE_FRAME_MIN);
        request = ata(writes[i], 0, 1, data);
        request.ata.aflags &= (uint8_t)~AOE_ATA_WRITE;
        assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
    }
    assert_memory_equal(f->media, before, sizeof before);
}

static void test_extended_flag(void **state)
{
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (size_t i = 0; i < COUNT(reads); i++) {
        struct aoe_frame request = ata(reads[i], 0, 1, NULL);
        request.ata.aflags ^= AOE_ATA_EXTENDED;
        expect_ata(f, &request, ATA_ERROR_ABRT);
        request = ata(writes[i], 0, 1, data);
        request.ata.aflags ^= AOE_ATA_EXTENDED;
        expect_ata(f, &request, ATA_ERROR_ABRT);
    }
    assert_memory_equal(f->media, before, sizeof before);
}

static void test_reserved_bits(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = ata(ATA_READ, 3, 1, NULL);
    request.ata.aflags |= AOE_ATA_RESERVED | AOE_ATA_DEVICE | AOE_ATA_ASYNC;
    request.ata.reserved = 0xFFFF;
    request.ata.feature = 0xFF;
    expect_ata(f, &request, 0);
    assert_int_equal(f->answer.ata.aflags, AOE_ATA_DEVICE | AOE_ATA_ASYNC);
    expect_data(f, 3, 1);
    request.ata.opcode = 0x99;
    expect_ata(f, &request, ATA_ERROR_ABRT);
    request.version = 2; /* an AoE error sheds them as well */
    assert_int_equal(error_of(f, &request), AOE_ERROR_VERSION);
    assert_int_equal(f->answer.ata.aflags, AOE_ATA_DEVICE | AOE_ATA_ASYNC);
    assert_int_equal(f->answer.ata.reserved, 0);
}

static void test_identify(void **state)
{
    struct fixture *f = *state;
    struct ata_identify_defect defect;
    struct ata_identity identity;
    struct aoe_frame request = ata(ATA_IDENTIFY, 0, 1, NULL);
    expect_ata(f, &request, 0);
    assert_int_equal(f->length, AOE_ATA_BYTES + AOE_SECTOR_BYTES);
    assert_false(ata_identify_defect(f->answer.payload.bytes, &defect));
    ata_identify_decode(&identity, f->answer.payload.bytes);
    assert_string_equal(identity.serial, "e7.3");
    assert_string_equal(identity.firmware, SUITE_VERSION);
    assert_string_equal(identity.model, "AoE reference target");
    assert_true(identity.lba && identity.lba48_supported && identity.lba48_enabled);
    assert_int_equal(identity.lba28_sectors, SECTORS);
    assert_int_equal(identity.lba48_sectors, SECTORS);
}

static void test_no_data_commands(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = ata(ATA_FLUSH, 0, 0, NULL);
    expect_ata(f, &request, 0);
    request = ata(ATA_FLUSH_EXT, 0, 0, NULL);
    expect_ata(f, &request, 0);
    assert_int_equal(f->flushes, 2);
    request = ata(ATA_CHECK_POWER, 0, 0, NULL);
    expect_ata(f, &request, 0);
    assert_int_equal(f->answer.ata.count, 0xFF);
    for (size_t i = 0; i < COUNT(verifies); i++) {
        request = ata(verifies[i], 1, 2, NULL);
        expect_ata(f, &request, 0);
        assert_int_equal(f->length, AOE_FRAME_MIN);
    }
}

static bool in(uint8_t opcode, const uint8_t *opcodes, size_t count)
{
    return memchr(opcodes, opcode, count) != NULL;
}

static void test_other_opcodes(void **state)
{
    static const uint8_t rest[] = {ATA_FLUSH, ATA_FLUSH_EXT, ATA_IDENTIFY, ATA_CHECK_POWER};
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        uint8_t byte = (uint8_t)opcode;
        if (in(byte, reads, 4) || in(byte, writes, 4) || in(byte, verifies, 2) || in(byte, rest, 4))
            continue;
        struct aoe_frame request = ata(byte, 0, 1, NULL);
        expect_ata(*state, &request, ATA_ERROR_ABRT);
        request.ata.aflags = AOE_ATA_WRITE;
        expect_ata(*state, &request, ATA_ERROR_ABRT);
    }
}

static void test_read_only(void **state)
{
    struct fixture *f = *state;
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    f->model.read_only = true;
    for (size_t i = 0; i < COUNT(writes); i++) {
        struct aoe_frame request = ata(writes[i], 0, 1, data);
        expect_ata(f, &request, ATA_ERROR_ABRT);
        request = ata(reads[i], 0, 1, NULL);
        expect_ata(f, &request, 0);
    }
    assert_memory_equal(f->media, before, sizeof before);
}

/* What the media could not read does not go out, whatever it left in the buffer. */
static void test_broken_media(void **state)
{
    struct fixture *f = *state;
    f->broken = true;
    for (size_t i = 0; i < COUNT(reads); i++) {
        struct aoe_frame request = ata(reads[i], 0, 1, NULL);
        expect_ata(f, &request, ATA_ERROR_UNC);
        request = ata(writes[i], 0, 1, data);
        expect_ata(f, &request, ATA_ERROR_ABRT);
    }
    struct aoe_frame request = ata(ATA_VERIFY, 0, 1, NULL);
    expect_ata(f, &request, ATA_ERROR_UNC);
    request = ata(ATA_FLUSH, 0, 0, NULL);
    expect_ata(f, &request, ATA_ERROR_ABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_reads),
        FIXTURE_TEST(test_writes),
        FIXTURE_TEST(test_count_zero),
        FIXTURE_TEST(test_max_count),
        FIXTURE_TEST(test_range),
        FIXTURE_TEST(test_lba28),
        FIXTURE_TEST(test_large_disks),
        FIXTURE_TEST(test_short_writes),
        FIXTURE_TEST(test_write_flag),
        FIXTURE_TEST(test_extended_flag),
        FIXTURE_TEST(test_reserved_bits),
        FIXTURE_TEST(test_identify),
        FIXTURE_TEST(test_no_data_commands),
        FIXTURE_TEST(test_other_opcodes),
        FIXTURE_TEST(test_read_only),
        FIXTURE_TEST(test_broken_media),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
