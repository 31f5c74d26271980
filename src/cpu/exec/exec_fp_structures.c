/* LD1-LD4 and ST1-ST4, LD1R-LD4R: elements that lie behind one another in memory, of registers that follow one another,
 * V0 after V31. Interpreted, but through the fast table where it answers. A load that faults has changed no register. */
#include "cpu/exception.h"
#include "cpu/exec/exec.h"
#include "cpu/exec/structure.h"
#include "cpu/memory.h"
#include <string.h>

enum kind { MULTIPLE, SINGLE, REPLICATE };

/* A handler whose locals others may point to cannot end in a jump: what needs such locals is a function of its own. */
#define APART static __attribute__((noinline))

/* How many elements of a register take part. */
static unsigned elements(const struct structure *s, enum kind kind, unsigned log)
{
    return kind == MULTIPLE ? (s->q ? 16u : 8u) >> log : 1;
}

/* Where element n, as memory has them, is in the registers from t on. */
static char *place_of(struct cpu *cpu, const struct structure *s, enum kind kind, unsigned t, unsigned log, unsigned n)
{
    const unsigned of_a_repeat = elements(s, kind, log) * s->registers;
    const unsigned number = (t + n / of_a_repeat + n % s->registers) % V_COUNT;
    const unsigned index = kind == MULTIPLE ? n % of_a_repeat / s->registers : s->index;
    return (char *)&cpu->state.v[2 * number] + (index << log);
}

static struct access access_of(const struct op *op, const struct structure *s, enum kind kind, bool write)
{
    const unsigned count = elements(s, kind, op->ra) * s->registers * s->repeats;
    return (struct access){.size = (uint8_t)(1 << op->ra), .registers = (uint8_t)count, .write = write, .vector = true};
}

/* The bytes, if the fast table has them: nothing traps and nothing faults. */
static char *fast_bytes(struct cpu *cpu, const struct op *op, struct access a)
{
    char *host;
    const struct fast_page *table = a.write ? cpu->mmu.current->write : cpu->mmu.current->read;
    const uint64_t low = (op->rn == SP ? X(rn) & cpu->sp_low : 0) | cpu->fp_off;
    return fast_find(table, X(rn), a.size * a.registers, low, &host) ? host : NULL;
}

/* Copies the element to all of each register. */
static void replicate(struct cpu *cpu, const struct op *op, const struct structure *s, const char *from)
{
    for (unsigned n = 0; n < s->registers; n++) {
        uint64_t *v = &cpu->state.v[2 * ((op->rd + n) % V_COUNT)];
        for (unsigned i = 0; i < 16; i += 1u << op->ra)
            memcpy((char *)v + i, from + (n << op->ra), (size_t)1 << op->ra);
        v[1] = s->q ? v[1] : 0;
    }
}

static void scatter(struct cpu *cpu, const struct op *op, enum kind kind, struct access a, const char *from)
{
    const struct structure s = structure_unpack(IMM16);
    if (kind == REPLICATE) {
        replicate(cpu, op, &s, from);
        return;
    }
    for (unsigned n = 0; n < a.registers; n++)
        memcpy(place_of(cpu, &s, kind, op->rd, op->ra, n), from + n * a.size, a.size);
    for (unsigned n = 0; n < s.registers * s.repeats && kind == MULTIPLE && !s.q; n++)
        cpu->state.v[2 * ((op->rd + n) % V_COUNT) + 1] = 0;
}

static void gather(struct cpu *cpu, const struct op *op, enum kind kind, struct access a, char *to)
{
    const struct structure s = structure_unpack(IMM16);
    for (unsigned n = 0; n < a.registers; n++)
        memcpy(to + n * a.size, place_of(cpu, &s, kind, op->rd, op->ra, n), a.size);
}

static void write_back(struct cpu *cpu, const struct op *op, struct access a, enum structure_form form)
{
    if (form == STRUCTURE_POST_IMM)
        SET(rn, X(rn) + a.size * a.registers);
    if (form == STRUCTURE_POST_REG)
        SET(rn, X(rn) + X(rm));
}

static const struct op *abort_at(struct cpu *cpu, const struct op *op, struct access a, const struct fault *fault)
{
    return exception_data_abort(cpu, op, fault, (struct abort_access){.write = a.write});
}

APART const struct op *load(struct cpu *cpu, const struct op *op, enum kind kind, enum structure_form form)
{
    char bytes[ACCESS_BYTES];
    const struct structure s = structure_unpack(IMM16);
    const struct access a = access_of(op, &s, kind, false);
    const char *host = fast_bytes(cpu, op, a);
    if (!host) {
        const struct op *refused = memory_refused(cpu, op, a);
        if (refused)
            return refused;
        const struct fault fault = memory_load(cpu, X(rn), a, bytes);
        if (fault.kind != FAULT_NONE)
            return abort_at(cpu, op, a, &fault);
    }
    scatter(cpu, op, kind, a, host ? host : bytes);
    write_back(cpu, op, a, form);
    return host ? op + 1 : engine_look_up(cpu, op + 1);
}

APART const struct op *store(struct cpu *cpu, const struct op *op, enum kind kind, enum structure_form form)
{
    char bytes[ACCESS_BYTES];
    const struct structure s = structure_unpack(IMM16);
    const struct access a = access_of(op, &s, kind, true);
    char *host = fast_bytes(cpu, op, a);
    if (!host) {
        const struct op *refused = memory_refused(cpu, op, a);
        if (refused)
            return refused;
    }
    gather(cpu, op, kind, a, host ? host : bytes);
    if (!host) {
        const struct fault fault = memory_store(cpu, X(rn), a, bytes);
        if (fault.kind != FAULT_NONE)
            return abort_at(cpu, op, a, &fault);
    }
    write_back(cpu, op, a, form);
    return host ? op + 1 : engine_look_up(cpu, op + 1);
}

#define FORM(name, move, kind, form)   \
    INTERPRETED(name)                  \
    {                                  \
        GO(move(cpu, op, kind, form)); \
    }
#define STRUCTURES(name, move, kind)                        \
    FORM(name##_no_offset, move, kind, STRUCTURE_NO_OFFSET) \
    FORM(name##_post_imm, move, kind, STRUCTURE_POST_IMM)   \
    FORM(name##_post_reg, move, kind, STRUCTURE_POST_REG)   \
    structure_forms_t name##_form = {name##_no_offset, name##_post_imm, name##_post_reg};

STRUCTURES(LD_multiple, load, MULTIPLE)
STRUCTURES(ST_multiple, store, MULTIPLE)
STRUCTURES(LD_single, load, SINGLE)
STRUCTURES(ST_single, store, SINGLE)
STRUCTURES(LD_replicate, load, REPLICATE)
