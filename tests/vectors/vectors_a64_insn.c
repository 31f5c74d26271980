/* a64_insn.jsonl.zst and a64_insn_ldst.jsonl.zst: one instruction each (data/README.md, sections C and C2). Every vector runs twice: once watched, so that all
 * that it writes is seen, on the slow path; and once more, by then on the fast one. */
#include "cpu/exec/flags.h"
#include "vectors.h"
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 0x40000000, WINDOW_SIZE = 0x400000, TABLES = 0x40300000, TABLES_SIZE = 0x2000, WRITES_MAX = 64 };

/* ---- what is not run, and why ---- */

struct family {
    const char *prefix, *why; /* why: NULL: it is run, whatever stands below */
    uint32_t mask, value;     /* only words with (word & mask) == value */
};

static const struct family families[] = {
    {"vector_logical", NULL, 0, 0},
    {"vector_fp16_movi", NULL, 0, 0},
    {"vector_transfer_integer", NULL, 0, 0},
    {"vector_transfer_vector_cpydup", NULL, 0, 0},
    {"vector_transfer_vector_insert", NULL, 0, 0},
    {"float_move_fp_imm", NULL, 0, 0},
    {"float_convert_int", NULL, 0x00160000, 0x00060000},      /* FMOV */
    {"float_arithmetic_unary", NULL, 0x001f8000, 0x00000000}, /* FMOV */
    {"vector_", "FP and SIMD arithmetic: not there yet", 0, 0},
    {"float_", "FP and SIMD arithmetic: not there yet", 0, 0},
    {"integer_crypto", "the Cryptographic Extension", 0, 0},
    {"integer_flags_", "FEAT_FlagM, FEAT_FlagM2", 0, 0},
    {"integer_pac_", "FEAT_PAuth", 0, 0},
    {"system_hints", "FEAT_PAuth", 0xfffffd1f, 0xd503211f},
    {"memory_single_general_immediate_signed_pac", "FEAT_PAuth", 0, 0},
    {"branch_unconditional_register", "FEAT_PAuth", 0x00000800, 0x00000800},
    {"branch_unconditional_eret", "FEAT_PAuth", 0x00000800, 0x00000800},
    {"memory_atomicops_", "FEAT_LSE", 0, 0},
    {"memory_orderedrcpc", "FEAT_LRCPC", 0, 0},
    {"memory_single_general_immediate_signed_offset_lda_stl", "FEAT_LRCPC2", 0, 0},
    {"memory_ordered", "FEAT_LOR", 0x00008000, 0},
};

static const char *unsupported_family(struct json v, uint32_t word)
{
    char name[96];
    json_copy(json_get(v, "h"), name, sizeof name);
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *f = &families[i];
        if (!strncmp(name, f->prefix, strlen(f->prefix)) && (word & f->mask) == f->value)
            return f->why;
    }
    return NULL;
}

/* LDAR, LDXR and the like, misaligned, but within 16 bytes. */
static bool unaligned_as_of_lse2(const struct cpu *cpu, struct json v, uint32_t word)
{
    const bool ordered = bits(word, 29, 24) == 8;
    const unsigned size = (1u << bits(word, 31, 30)) << bit(word, 21);
    const unsigned rn = (unsigned)bits(word, 9, 5);
    const uint64_t address = cpu->state.x[rn == 31 ? SP : rn];
    return ordered && address % size && !json_has(json_get(v, "out"), "exc");
}

static const char *not_run(const struct cpu *cpu, struct json v, uint32_t word)
{
    if (json_number(json_get(json_get(json_get(v, "out"), "exc"), "el"), 0) == 3)
        return "goes to EL3";
    const char *why = unsupported_family(v, word);
    return !why && unaligned_as_of_lse2(cpu, v, word) ? "FEAT_LSE2" : why;
}

/* ---- the machine ---- */

struct write {
    uint64_t address;
    uint8_t size;
};

struct runner {
    struct vector_machine machine;
    struct account account;
    uint64_t x[31], v[2 * V_COUNT], pc;
    char header[65536];
    struct write write[WRITES_MAX];
    unsigned writes;
};

static uint8_t background(uint64_t a)
{
    return a - TABLES < TABLES_SIZE ? 0 : (uint8_t)(a * 7 + (a >> 8) * 13 + 5);
}

static void note(void *owner, const struct trapeze_event *event)
{
    struct runner *r = owner;
    if (event->memory.write && r->writes < WRITES_MAX)
        r->write[r->writes++] = (struct write){event->memory.pa, event->memory.size};
}

/* Up to 32 hexadecimal digits. */
static void read_vector(struct json value, uint64_t v[2])
{
    char text[40], low[17];
    json_copy(value, text, sizeof text);
    const size_t length = strlen(text), high = length > 16 ? length - 16 : 0;
    snprintf(low, sizeof low, "%s", text + high);
    text[high] = 0;
    v[0] = strtoull(low, NULL, 16);
    v[1] = strtoull(text, NULL, 16);
}

/* Memory, and the registers that all vectors start with. */
static void prepare(struct runner *r, const char *line)
{
    struct json place = {0}, key, value;
    snprintf(r->header, sizeof r->header, "%s", line);
    const struct json header = json_line(r->header);
    vector_machine_init(&r->machine, "sail-v85", true);
    for (uint64_t a = WINDOW; a < WINDOW + WINDOW_SIZE; a++) {
        const uint8_t byte = background(a);
        vector_poke(&r->machine, a, &byte, 1);
    }
    while (json_each(json_get(header, "mem"), &place, &key, &value)) {
        const uint64_t descriptor = json_number(json_element(value, 1), 0);
        vector_poke(&r->machine, json_number(json_element(value, 0), 0), &descriptor, sizeof descriptor);
    }
    for (unsigned i = 0; i < 31; i++)
        r->x[i] = json_number(json_element(json_get(header, "x"), i), 0);
    for (unsigned i = 0; i < V_COUNT; i++)
        read_vector(json_element(json_get(header, "v"), i), &r->v[2 * i]);
    r->pc = json_number(json_get(header, "pc"), 0);
    r->machine.cluster.trace = (struct trace){.sink = note, .owner = r};
}

static void set_registers(uint64_t x[31], struct json values)
{
    struct json place = {0}, key, value;
    while (values.at && json_each(values, &place, &key, &value)) {
        char number[8];
        json_copy(key, number, sizeof number);
        x[atoi(number)] = json_number(value, 0);
    }
}

static void set_vectors(uint64_t v[2 * V_COUNT], struct json values)
{
    struct json place = {0}, key, value;
    while (values.at && json_each(values, &place, &key, &value)) {
        char number[8];
        json_copy(key, number, sizeof number);
        read_vector(value, &v[2 * atoi(number)]);
    }
}

static void set_state(struct runner *r, struct json v)
{
    struct cpu *cpu = r->machine.cpu;
    struct state *s = &cpu->state;
    struct json place = {0}, key, value;
    cpu_reset(cpu, r->pc);
    while (json_each(json_get(json_line(r->header), "r"), &place, &key, &value))
        vector_set_register(cpu, key, json_number(value, 0)); /* those of later features are not there */
    vector_set_el(cpu, (unsigned)json_number(json_get(v, "el"), 1), json_number(json_get(v, "el"), 1));
    s->x[SP] = json_number(json_get(v, "sp"), 0);
    memcpy(s->x, r->x, sizeof r->x);
    set_registers(s->x, json_get(v, "x"));
    memcpy(s->v, r->v, sizeof r->v);
    set_vectors(s->v, json_get(v, "v"));
    s->sys[FPCR] = json_number(json_get(v, "fpcr"), 0);
    s->flags = flags_unpack((unsigned)json_number(json_get(v, "nzcv"), 0));
    vector_ready(cpu);
}

static void restore_memory(struct runner *r)
{
    for (unsigned i = 0; i < r->writes; i++)
        for (uint64_t a = r->write[i].address; a < r->write[i].address + r->write[i].size; a++) {
            const uint8_t byte = background(a);
            vector_poke(&r->machine, a, &byte, 1);
        }
}

/* ---- judging ---- */

static const char *judge_exception(const struct state *s, struct json exc)
{
    static const struct {
        enum sysreg esr, elr, spsr, far, vbar;
    } banks[] = {
        [1] = {ESR_EL1, ELR_EL1, SPSR_EL1, FAR_EL1, VBAR_EL1}, [2] = {ESR_EL2, ELR_EL2, SPSR_EL2, FAR_EL2, VBAR_EL2}};
    const unsigned el = (unsigned)json_number(json_get(exc, "el"), 0);
    if (s->el != el)
        return "EL";
    if (s->pc != s->sys[banks[el].vbar] + json_number(json_get(exc, "vec"), 0))
        return "vector";
    if (s->sys[banks[el].esr] != json_number(json_get(exc, "esr"), 0))
        return "ESR";
    if (s->sys[banks[el].elr] != json_number(json_get(exc, "elr"), 0))
        return "ELR";
    if (s->sys[banks[el].spsr] != json_number(json_get(exc, "spsr"), 0))
        return "SPSR";
    return s->sys[banks[el].far] != json_number(json_get(exc, "far"), 0) ? "FAR" : NULL;
}

static uint64_t sp_of(const struct state *s, unsigned el)
{
    const bool selected = s->el == el && s->sp_sel == (el != 0);
    return selected ? s->x[SP] : s->sys[el ? SP_EL1 : SP_EL0];
}

static const char *judge_vectors(const struct runner *r, struct json v)
{
    const struct state *s = &r->machine.cpu->state;
    const struct json out = json_get(v, "out");
    uint64_t vectors[2 * V_COUNT];
    memcpy(vectors, r->v, sizeof vectors);
    set_vectors(vectors, json_get(v, "v"));
    set_vectors(vectors, json_get(out, "v"));
    if (memcmp(vectors, s->v, sizeof vectors))
        return "a SIMD&FP register";
    return s->sys[FPSR] != json_number(json_get(out, "fpsr"), 0) ? "FPSR" : NULL;
}

static const char *judge_registers(const struct runner *r, struct json v)
{
    const struct state *s = &r->machine.cpu->state;
    const struct json out = json_get(v, "out");
    uint64_t x[31];
    memcpy(x, r->x, sizeof x);
    set_registers(x, json_get(v, "x"));
    set_registers(x, json_get(out, "x"));
    if (memcmp(x, s->x, sizeof x))
        return "a general register";
    if (sp_of(s, (unsigned)json_number(json_get(v, "el"), 1)) !=
        json_number(json_get(out, "sp"), json_number(json_get(v, "sp"), 0)))
        return "SP";
    if (json_has(out, "exc"))
        return judge_exception(s, json_get(out, "exc"));
    if (flags_pack(&s->flags) != json_number(json_get(out, "nzcv"), json_number(json_get(v, "nzcv"), 0)))
        return "NZCV";
    if (s->pc != json_number(json_get(out, "pc"), r->pc + 4))
        return "PC";
    if (json_has(out, "other") && (s->daif || s->sp_sel)) /* ERET to EL0 */
        return "PSTATE";
    return json_number(json_get(out, "wait"), 0) != (s->wait != WAIT_NONE) ? "waiting" : NULL;
}

static bool memory_is(struct runner *r, struct json mem, unsigned *bytes)
{
    struct json place = {0}, key, value;
    *bytes = 0;
    while (mem.at && json_each(mem, &place, &key, &value)) {
        uint8_t wanted[64], found[64];
        const size_t n = json_bytes(json_element(value, 1), wanted, sizeof wanted);
        vector_peek(&r->machine, json_number(json_element(value, 0), 0), found, n);
        if (memcmp(wanted, found, n))
            return false;
        *bytes += (unsigned)n;
    }
    return true;
}

static const char *judge(struct runner *r, struct json v, bool watched)
{
    unsigned wanted, written = 0;
    const char *what = judge_registers(r, v);
    what = what ? what : judge_vectors(r, v);
    if (what)
        return what;
    if (!memory_is(r, json_get(json_get(v, "out"), "mem"), &wanted))
        return "memory";
    for (unsigned i = 0; i < r->writes; i++)
        written += r->write[i].size;
    return watched && written != wanted ? "how many bytes it wrote" : NULL;
}

/* ---- running ---- */

static void run(struct runner *r, const char *line)
{
    const struct json v = json_line(line);
    const uint32_t word = (uint32_t)json_number(json_get(v, "w"), 0);
    const char *what = NULL;
    r->writes = 0;
    set_state(r, v);
    const char *why = not_run(r->machine.cpu, v, word);
    if (why) {
        account_skip(&r->account, why);
        return;
    }
    for (unsigned pass = 0; pass < 3 && !what; pass++) { /* watched; filling the fast table; from it */
        set_state(r, v);
        r->machine.cluster.trace.mask = pass ? 0 : 1u << TRAPEZE_EVENT_MEMORY;
        mmu_watch(&r->machine.cpu->mmu, pass == 0);
        cpu_execute(r->machine.cpu, word);
        what = judge(r, v, pass == 0);
        restore_memory(r);
    }
    if (what)
        account_fail(&r->account, line, what);
    r->account.passed += !what;
}

int main(int argc, char **argv)
{
    char path[1024];
    const char *folder = argc > 1 ? argv[1] : ".", *set = argc > 2 ? argv[2] : "a64_insn";
    snprintf(path, sizeof path, "%s/%s.jsonl.zst", folder, set);
    struct vectors *file = vectors_open(path);
    struct runner *r = calloc(1, sizeof *r);
    const char *line = file && r ? vectors_next(file) : NULL;
    if (!line)
        return 1;
    prepare(r, line);
    while ((line = vectors_next(file)))
        run(r, line);
    const int status = account_close(&r->account, set);
    vector_machine_free(&r->machine);
    vectors_close(file);
    free(r);
    return status;
}
