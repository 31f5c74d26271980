#include "decode.h"
#include <stddef.h>

/* The fields of a word, by the letters of its class's bit text. */
struct fields {
    uint32_t of[128];
};

typedef bool describe_fn(struct access *a, const struct fields *f); /* false: unallocated */

static int64_t sign_extended(uint32_t value, unsigned width)
{
    return (int64_t)((uint64_t)value << (64 - width)) >> (64 - width);
}

/* ---- the data ---- */

static void transfer(struct access *a, bool load, unsigned size, uint32_t first, unsigned registers, unsigned lanes)
{
    a->kind = ACCESS_TRANSFER;
    a->load = load;
    a->size = (uint8_t)size;
    a->registers = (uint8_t)registers;
    a->lanes = (uint8_t)lanes;
    for (unsigned i = 0; i < registers; i++)
        a->reg[i] = (uint8_t)((first + i) % 32); /* V31 is followed by V0 */
}

/* One integer register: size and opc. Loads without a sign clear the upper half whatever the register's width. */
static bool integer(struct access *a, const struct fields *f)
{
    enum { NONE, STORE, LOAD, TO_X, TO_W, HINT };
    /* clang-format off */
    static const uint8_t what[4][4] = { /* by size: B H W X; by opc */
        { STORE, LOAD, TO_X, TO_W },
        { STORE, LOAD, TO_X, TO_W },
        { STORE, LOAD, TO_X, NONE },
        { STORE, LOAD, HINT, NONE },
    };
    /* clang-format on */
    const unsigned does = what[f->of['z']][f->of['o']];
    transfer(a, does != STORE, f->of['z'], f->of['t'], 1, 1);
    a->sign = does == TO_X || does == TO_W;
    a->wide = does == TO_X;
    if (does == HINT)
        a->kind = ACCESS_PREFETCH;
    return does != NONE;
}

/* One vector register, B to Q: the upper bit of opc is the size's third. */
static bool scalar(struct access *a, const struct fields *f)
{
    const unsigned size = (f->of['o'] & 2) << 1 | f->of['z'];
    transfer(a, f->of['o'] & 1, size, f->of['t'], 1, 1);
    a->vector = true;
    return size <= 4;
}

static bool single(struct access *a, const struct fields *f)
{
    a->base = (uint8_t)f->of['n'];
    return f->of['v'] ? scalar(a, f) : integer(a, f);
}

/* ---- the classes ---- */

static bool exclusive(struct access *a, const struct fields *f)
{
    a->kind = ACCESS_EXCLUSIVE;
    a->base = (uint8_t)f->of['n'];
    return true;
}

/* LDAR, STLR: in order, which an emulated access is anyway. */
static bool ordered(struct access *a, const struct fields *f)
{
    a->base = (uint8_t)f->of['n'];
    transfer(a, f->of['L'], f->of['z'], f->of['t'], 1, 1);
    return true;
}

static bool literal(struct access *a, const struct fields *f)
{
    const unsigned opc = f->of['o'];
    a->base = ACCESS_PC;
    a->offset = sign_extended(f->of['i'], 19) * 4;
    a->vector = f->of['v'];
    if (a->vector) {
        transfer(a, true, 2 + opc, f->of['t'], 1, 1); /* S D Q */
        return opc != 3;
    }
    transfer(a, true, opc == 1 ? 3 : 2, f->of['t'], 1, 1);
    a->sign = a->wide = opc == 2; /* LDRSW */
    if (opc == 3)
        a->kind = ACCESS_PREFETCH;
    return true;
}

/* Pre- and post-indexed, as pairs and single registers spell them. */
static void by_immediate(struct access *a, int64_t offset, bool writeback, bool post)
{
    a->offset = offset;
    a->writeback = writeback;
    a->post = post;
}

static bool pair(struct access *a, const struct fields *f)
{
    enum { NON_TEMPORAL, POST, OFFSET, PRE };
    const unsigned opc = f->of['o'], mode = f->of['p'];
    const bool load = f->of['L'], ldpsw = !f->of['v'] && opc == 1;
    const unsigned size = f->of['v'] ? 2 + opc : 2 + opc / 2; /* S D Q; W SW X */
    a->base = (uint8_t)f->of['n'];
    a->vector = f->of['v'];
    a->sign = a->wide = ldpsw;
    transfer(a, load, size, f->of['t'], 2, 1);
    a->reg[1] = (uint8_t)f->of['u'];
    by_immediate(a, sign_extended(f->of['i'], 7) * (1 << size), mode == POST || mode == PRE, mode == POST);
    return opc != 3 && !(ldpsw && (!load || mode == NON_TEMPORAL));
}

static bool unscaled(struct access *a, const struct fields *f)
{
    enum { UNSCALED, POST, UNPRIVILEGED, PRE };
    const unsigned mode = f->of['p'];
    by_immediate(a, sign_extended(f->of['i'], 9), mode == POST || mode == PRE, mode == POST);
    a->unprivileged = mode == UNPRIVILEGED;
    if (!single(a, f) || (a->unprivileged && a->vector))
        return false;
    return mode == UNSCALED || a->kind != ACCESS_PREFETCH;
}

static bool scaled(struct access *a, const struct fields *f)
{
    const bool allocated = single(a, f);
    a->offset = (int64_t)f->of['i'] << a->size;
    return allocated;
}

static bool by_register(struct access *a, const struct fields *f)
{
    const unsigned option = f->of['e']; /* UXTW 010, LSL 011, SXTW 110, SXTX 111 */
    const bool allocated = single(a, f);
    a->indexed = true;
    a->index = (uint8_t)f->of['m'];
    a->index_wide = option & 1;
    a->index_sign = option & 4;
    a->shift = f->of['s'] ? a->size : 0;
    return allocated && (option & 2);
}

/* ---- vector structures ---- */

/* Where they lie. Afterwards the base may grow, by a register or, where that were register 31, by what was transferred. */
static bool structures(struct access *a, const struct fields *f)
{
    a->base = (uint8_t)f->of['n'];
    a->vector = true;
    a->writeback = a->post = f->of['w'];
    a->index = (uint8_t)f->of['m'];
    a->index_wide = true;
    a->indexed = a->post && a->index != 31;
    a->offset = a->post ? (int64_t)(a->registers * a->lanes) << a->size : 0;
    return a->post || a->index == 0;
}

/* LD1 to LD4, ST1 to ST4: whole registers. Structures of several elements interleave their registers. */
static bool multiple(struct access *a, const struct fields *f)
{
    static const struct {
        uint8_t registers, elements;
    } by_opcode[16] = {
        [0] = {4, 4},  /* LD4 */
        [2] = {4, 1},  /* LD1, four registers */
        [4] = {3, 3},  /* LD3 */
        [6] = {3, 1},  /* LD1, three */
        [7] = {1, 1},  /* LD1, one */
        [8] = {2, 2},  /* LD2 */
        [10] = {2, 1}, /* LD1, two */
    };
    const unsigned opcode = f->of['c'], size = f->of['z'], whole = f->of['q'] ? 16 : 8;
    const unsigned registers = by_opcode[opcode].registers;
    transfer(a, f->of['L'], size, f->of['t'], registers, whole >> size);
    a->interleaved = by_opcode[opcode].elements > 1;
    return structures(a, f) && registers && !(a->interleaved && a->lanes == 1); /* one D of each: LD1 has that */
}

/* LD1 to LD4, ST1 to ST4: one lane of each register. Q:S:size is the number of a B; an H's leaves out the lowest bit, an
 * S's two, a D's, which is told from an S by size, three. */
static bool lane(struct access *a, const struct fields *f)
{
    const unsigned number = f->of['q'] << 3 | f->of['s'] << 2 | f->of['z'];
    const unsigned scale = f->of['c'] >> 1, size = scale == 2 && (number & 1) ? 3 : scale;
    static const unsigned zero[4] = {0, 1, 3, 6}; /* bits of the number that have to be */
    transfer(a, f->of['L'], size, f->of['t'], 1u + (f->of['c'] & 1) * 2u + f->of['r'], 1);
    a->lane = (uint8_t)(number >> size);
    a->keep = true;
    return structures(a, f) && !(number & zero[size]);
}

/* LD1R to LD4R. */
static bool replicated(struct access *a, const struct fields *f)
{
    transfer(a, true, f->of['z'], f->of['t'], 1u + (f->of['c'] & 1) * 2u + f->of['r'], 1);
    a->replicate = f->of['q'] ? 16 : 8;
    return structures(a, f) && f->of['L'] && !f->of['s'];
}

static bool lanes(struct access *a, const struct fields *f)
{
    return f->of['c'] < 6 ? lane(a, f) : replicated(a, f);
}

/* ---- operations by address ---- */

static bool operation(struct access *a, const struct fields *f, unsigned kind)
{
    a->kind = (uint8_t)kind;
    a->base = f->of['t'] == 31 ? ACCESS_NOWHERE : (uint8_t)f->of['t'];
    return true;
}

static bool zero_block(struct access *a, const struct fields *f)
{
    return operation(a, f, ACCESS_ZERO);
}

static bool maintenance(struct access *a, const struct fields *f)
{
    return operation(a, f, ACCESS_CACHE);
}

/* Every load and store of Armv8.0, in the order of the manual's encoding index. A class's text has the word's bits from 31
 * down to 0: digits are fixed, letters are fields: L load, z size, o opc, v vector, t u registers to transfer (Rt, Rt2),
 * n base, m index, i immediate, e how the index is extended, s S, p how the base is indexed, w whether it grows,
 * q Q, r R, c opcode, x not looked at (should be one, or the order of accesses). */
static const struct class
{
    const char *text;
    describe_fn *describe;
} classes[] = {
    /* clang-format off */
    { "0q 001100 w L 0 mmmmm cccc zz nnnnn ttttt",     multiple    }, /* LD1-LD4, ST1-ST4 of whole registers */
    { "0q 001101 w L r mmmmm ccc s zz nnnnn ttttt",    lanes       }, /* of one lane of each; LD1R-LD4R */
    { "zz 001000 0x0 xxxxx x xxxxx nnnnn ttttt",       exclusive   }, /* LDXR, STXR, LDAXR, STLXR */
    { "1z 001000 0x1 xxxxx x xxxxx nnnnn ttttt",       exclusive   }, /* LDXP, STXP, LDAXP, STLXP */
    { "zz 001000 1L0 xxxxx 1 xxxxx nnnnn ttttt",       ordered     }, /* LDAR, STLR */
    { "oo 011 v 00 iiiiiiiiiiiiiiiiiii ttttt",         literal     }, /* LDR from near the instruction */
    { "oo 101 v 0 pp L iiiiiii uuuuu nnnnn ttttt",     pair        }, /* LDP, STP, LDPSW, LDNP, STNP */
    { "zz 111 v 00 oo 0 iiiiiiiii pp nnnnn ttttt",     unscaled    }, /* LDUR, LDTR, LDR with writeback; their stores */
    { "zz 111 v 00 oo 1 mmmmm eee s 10 nnnnn ttttt",   by_register }, /* LDR, STR of base and index */
    { "zz 111 v 01 oo iiiiiiiiiiii nnnnn ttttt",       scaled      }, /* LDR, STR of base and offset */
    { "11010101 00001 000 0111 0110 001 ttttt",        maintenance }, /* DC IVAC */
    { "11010101 00001 011 0111 0100 001 ttttt",        zero_block  }, /* DC ZVA */
    { "11010101 00001 011 0111 0101 001 ttttt",        maintenance }, /* IC IVAU */
    { "11010101 00001 011 0111 1010 001 ttttt",        maintenance }, /* DC CVAC */
    { "11010101 00001 011 0111 1011 001 ttttt",        maintenance }, /* DC CVAU */
    { "11010101 00001 011 0111 1110 001 ttttt",        maintenance }, /* DC CIVAC */
    /* clang-format on */
};

enum { CLASSES = sizeof classes / sizeof *classes };

const char *access_class(unsigned n)
{
    return n < CLASSES ? classes[n].text : NULL;
}

/* Whether the word is one of the class. */
static bool belongs(const char *text, uint32_t word)
{
    for (unsigned bit = 32; *text; text++) {
        if (*text == ' ')
            continue;
        bit--;
        if (*text <= '1' && (word >> bit & 1) != (uint32_t)(*text - '0'))
            return false;
    }
    return true;
}

static void extract(struct fields *f, const char *text, uint32_t word)
{
    *f = (struct fields){0};
    for (unsigned bit = 32; *text; text++) {
        uint32_t *field = &f->of[(unsigned char)*text];
        if (*text != ' ')
            *field = *field << 1 | (word >> --bit & 1);
    }
}

struct access access_decode(uint32_t word)
{
    struct access a = {0};
    struct fields f;
    for (unsigned n = 0; n < CLASSES; n++) {
        if (!belongs(classes[n].text, word))
            continue;
        extract(&f, classes[n].text, word);
        if (classes[n].describe(&a, &f))
            return a;
        break; /* no word belongs to two classes */
    }
    return (struct access){.kind = ACCESS_NONE};
}
