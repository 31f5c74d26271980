/* The reference hypervisor's emulation of loads and stores on the golden vectors of the instructions (vectors/data/README.md,
 * sections C and C2): whatever pages are memory and whatever a device, registers and memory end as after the instruction
 * itself. */
#include "test.h"
#include "vectors.h"
/* The firmware has the model's notation, by itself. */
#define bits firmware_bits
#include "refhyp/decode.h"
#include "refhyp/mmio.h"
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 0x40000000, WINDOW_SIZE = 0x400000, TABLES = 0x40300000, TABLES_SIZE = 0x2000, PAGE = 0x1000 };

/* Which pages are memory; the others are the device. */
enum split { ALL_MEMORY, ALL_DEVICE, ODD_MEMORY, EVEN_MEMORY, SPLITS };

struct rig {
    struct vcpu vcpu, base;
    uint8_t memory[WINDOW_SIZE], background[WINDOW_SIZE];
    enum split split;
    u64 written[64]; /* offsets of pages */
    unsigned writes, aborts, device_accesses;
    bool nothing_answers;
};

static struct rig rig;

/* ---- what the hypervisor has around the emulation ---- */

/* Pages lie in pairs the other way round, so that an access over two needs both of their addresses. */
bool emulate_translate(struct vcpu *vcpu, u64 va, bool write, bool unprivileged, u64 *ipa)
{
    (void)vcpu;
    (void)write;
    (void)unprivileged;
    *ipa = va ^ PAGE;
    return true;
}

static uint8_t *at(u64 ipa, unsigned bytes)
{
    const u64 offset = (ipa ^ PAGE) - WINDOW;
    assert_true(offset + bytes <= WINDOW_SIZE);
    return rig.memory + offset;
}

static void copy(u64 ipa, void *data, unsigned bytes, bool write)
{
    assert_true(ipa % bytes == 0 && bytes <= 8);
    if (!write) {
        memcpy(data, at(ipa, bytes), bytes);
        return;
    }
    assert_true(rig.writes < sizeof rig.written / sizeof *rig.written);
    rig.written[rig.writes++] = (u64)(at(ipa, bytes) - rig.memory) & ~(u64)(PAGE - 1);
    memcpy(at(ipa, bytes), data, bytes);
}

bool guest_memory(struct vcpu *vcpu, u64 ipa, void *data, unsigned bytes, bool write)
{
    (void)vcpu;
    if (rig.split == ALL_DEVICE || (rig.split != ALL_MEMORY && (ipa / PAGE % 2 == 1) != (rig.split == ODD_MEMORY)))
        return false;
    copy(ipa, data, bytes, write);
    return true;
}

bool mmio_access(struct vcpu *vcpu, u64 ipa, unsigned size, bool write, u64 *value)
{
    (void)vcpu;
    rig.device_accesses++;
    if (!rig.nothing_answers)
        copy(ipa, value, 1u << size, write);
    return !rig.nothing_answers;
}

void inject_external_abort(struct vcpu *vcpu)
{
    (void)vcpu;
    rig.aborts++;
}

unsigned zero_block_bytes(void)
{
    return 64;
}

/* ---- vectors ---- */

static void set_numbered(struct json values, void (*set)(unsigned number, struct json value))
{
    struct json place = {0}, key, value;
    while (values.at && json_each(values, &place, &key, &value)) {
        char number[8];
        json_copy(key, number, sizeof number);
        set((unsigned)atoi(number), value);
    }
}

static void set_x(unsigned number, struct json value)
{
    rig.vcpu.x[number] = json_number(value, 0);
}

/* 128 bits as one number of up to 32 digits. */
static void set_v(unsigned number, struct json value)
{
    char digits[40], high[40] = {0};
    json_copy(value, digits, sizeof digits);
    const size_t length = strlen(digits), upper = length > 16 ? length - 16 : 0;
    memcpy(high, digits, upper);
    rig.vcpu.fp.v[number][0] = strtoull(digits + upper, NULL, 16);
    rig.vcpu.fp.v[number][1] = strtoull(high, NULL, 16);
}

static void set_registers(struct json from)
{
    set_numbered(json_get(from, "x"), set_x);
    set_numbered(json_get(from, "v"), set_v);
}

static void prepare(const char *line)
{
    static char header[65536];
    snprintf(header, sizeof header, "%s", line);
    const struct json h = json_line(header);
    for (u64 a = WINDOW; a < WINDOW + WINDOW_SIZE; a++)
        rig.background[a - WINDOW] = a - TABLES < TABLES_SIZE ? 0 : (uint8_t)(a * 7 + (a >> 8) * 13 + 5);
    struct json place = {0}, key, value;
    while (json_each(json_get(h, "mem"), &place, &key, &value)) {
        const u64 descriptor = json_number(json_element(value, 1), 0);
        memcpy(&rig.background[json_number(json_element(value, 0), 0) - WINDOW], &descriptor, sizeof descriptor);
    }
    memcpy(rig.memory, rig.background, sizeof rig.memory);
    memset(&rig.vcpu, 0, sizeof rig.vcpu);
    for (unsigned i = 0; i < 31; i++)
        set_x(i, json_element(json_get(h, "x"), i));
    for (unsigned i = 0; i < 32; i++)
        set_v(i, json_element(json_get(h, "v"), i));
    rig.vcpu.pc = json_number(json_get(h, "pc"), 0);
    rig.base = rig.vcpu;
}

static void set_state(struct json v)
{
    const unsigned el = (unsigned)json_number(json_get(v, "el"), 1);
    rig.vcpu = rig.base;
    rig.vcpu.pstate = el ? PSR_EL1H : PSR_EL0T;
    set_registers(v);
    *vcpu_sp(&rig.vcpu) = json_number(json_get(v, "sp"), 0);
}

static bool registers_are(struct json v, const struct vcpu *got)
{
    const struct json out = json_get(v, "out");
    set_state(v);
    set_registers(out);
    rig.vcpu.pc = json_number(json_get(out, "pc"), rig.base.pc + 4);
    if (json_has(out, "sp"))
        *vcpu_sp(&rig.vcpu) = json_number(json_get(out, "sp"), 0);
    return !memcmp(got, &rig.vcpu, sizeof *got);
}

/* What was to be written has been, and nothing else; it is undone. */
static bool memory_is(struct json mem)
{
    struct json place = {0}, key, value;
    bool same = true;
    while (mem.at && json_each(mem, &place, &key, &value)) {
        uint8_t wanted[64];
        const u64 offset = json_number(json_element(value, 0), 0) - WINDOW;
        const size_t bytes = json_bytes(json_element(value, 1), wanted, sizeof wanted);
        same &= !memcmp(wanted, &rig.memory[offset], bytes);
        memcpy(&rig.memory[offset], &rig.background[offset], bytes);
    }
    for (; rig.writes; rig.writes--) {
        const u64 page = rig.written[rig.writes - 1];
        same &= !memcmp(&rig.memory[page], &rig.background[page], PAGE);
    }
    return same;
}

static unsigned run(const char *line)
{
    const struct json v = json_line(line), out = json_get(v, "out");
    const uint32_t word = (uint32_t)json_number(json_get(v, "w"), 0);
    const unsigned kind = access_decode(word).kind;
    if (json_has(out, "exc") || kind == ACCESS_NONE || kind == ACCESS_EXCLUSIVE)
        return 0;
    for (rig.split = 0; rig.split < SPLITS; rig.split++) {
        set_state(v);
        emulate_access(&rig.vcpu, word);
        const struct vcpu got = rig.vcpu;
        if (rig.aborts || !registers_are(v, &got) || !memory_is(json_get(out, "mem")))
            fail_msg("%s\n differs, pages %d", line, rig.split);
    }
    return 1;
}

static unsigned run_file(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, VECTORS_DATA "/%s", name);
    struct vectors *file = vectors_open(path);
    assert_non_null(file);
    prepare(vectors_next(file));
    unsigned count = 0;
    for (const char *line; (line = vectors_next(file));)
        count += run(line);
    vectors_close(file);
    print_message("%u vectors of %s\n", count, name);
    return count;
}

static void emulated_loads_and_stores_end_as_the_golden_vectors_of_the_instructions(void **state)
{
    (void)state;
    rig.nothing_answers = false;
    assert_true(run_file("a64_insn.jsonl.zst") > 3000);
}

static void emulated_vector_structures_end_as_the_golden_vectors_of_the_instructions(void **state)
{
    (void)state;
    rig.nothing_answers = false;
    assert_true(run_file("a64_insn_ldst.jsonl.zst") >= 1200);
}

/* ---- what vectors do not show ---- */

static void emulate(uint32_t word, uint64_t x1)
{
    memset(&rig.vcpu, 0, sizeof rig.vcpu);
    rig.vcpu.pstate = PSR_EL1H;
    rig.vcpu.pc = 0x1000;
    rig.vcpu.x[1] = x1;
    rig.aborts = rig.device_accesses = 0;
    rig.split = ALL_DEVICE;
    emulate_access(&rig.vcpu, word);
}

static void exclusives_and_what_is_no_load_or_store_get_an_external_abort(void **state)
{
    (void)state;
    static const uint32_t words[] = {0xc85f7c20, 0xc8007c22, 0xc87f0c22, 0x885ffc20, 0xd503201f, 0x00000000};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        emulate(words[i], WINDOW);
        assert_int_equal(rig.aborts, 1);
        assert_int_equal(rig.device_accesses, 0);
        assert_int_equal(rig.vcpu.pc, 0x1000);
    }
}

static void an_access_that_nothing_answers_aborts_and_leaves_the_registers(void **state)
{
    (void)state;
    rig.nothing_answers = true;
    emulate(0xa8c10820, WINDOW); /* ldp x0, x2, [x1], #16 */
    rig.nothing_answers = false;
    assert_int_equal(rig.aborts, 1);
    assert_int_equal(rig.device_accesses, 1);
    assert_int_equal(rig.vcpu.x[1], WINDOW);
    assert_int_equal(rig.vcpu.pc, 0x1000);
}

static void prefetches_and_cache_maintenance_access_nothing(void **state)
{
    (void)state;
    static const uint32_t words[] = {0xf9800020, 0xf8a16820, 0xd8000000, 0xd50b7e21, 0xd5087621, 0xd50b7521};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        emulate(words[i], WINDOW);
        assert_int_equal(rig.aborts + rig.device_accesses, 0);
        assert_int_equal(rig.vcpu.pc, 0x1004);
    }
}

static void dc_zva_zeroes_its_block_by_eight_bytes_each(void **state)
{
    (void)state;
    memset(rig.memory, 0xff, sizeof rig.memory);
    emulate(0xd50b7421, WINDOW + 0x147); /* dc zva, x1 */
    assert_int_equal(rig.device_accesses, 8);
    for (unsigned i = 0; i < 0x200; i++)
        assert_int_equal(rig.memory[i], i >= 0x140 && i < 0x180 ? 0 : 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emulated_loads_and_stores_end_as_the_golden_vectors_of_the_instructions),
        cmocka_unit_test(emulated_vector_structures_end_as_the_golden_vectors_of_the_instructions),
        cmocka_unit_test(exclusives_and_what_is_no_load_or_store_get_an_external_abort),
        cmocka_unit_test(an_access_that_nothing_answers_aborts_and_leaves_the_registers),
        cmocka_unit_test(prefetches_and_cache_maintenance_access_nothing),
        cmocka_unit_test(dc_zva_zeroes_its_block_by_eight_bytes_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
