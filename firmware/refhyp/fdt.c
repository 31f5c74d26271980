/* The device tree, as far as we need it: memory, CPUs, the interrupt controller, bootargs. The root's addresses and sizes have
 * two cells each, as on every machine that we know. */
#include "host.h"

enum { MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };

static u32 be32(const void *at)
{
    return __builtin_bswap32(*(const u32 *)at);
}

static u64 be64(const u8 *at)
{
    return (u64)be32(at) << 32 | be32(at + 4);
}

/* The node that the properties belong to: "" outside of those that we look at. */
struct walk {
    struct machine *into;
    const char *node;
    unsigned depth;
};

static void property(struct walk *walk, const char *name, const u8 *value, u32 length)
{
    struct machine *m = walk->into;
    const bool reg = streq(name, "reg");
    if (reg && starts_with(walk->node, "memory@")) {
        m->memory = be64(value);
        m->memory_size = be64(value + 8);
    } else if (reg && starts_with(walk->node, "cpu@") && m->cpus < MAX_CPUS) {
        m->mpidr[m->cpus++] = length == 8 ? be64(value) : be32(value);
    } else if (starts_with(walk->node, "intc@") && streq(name, "compatible")) {
        m->gic_version = starts_with((const char *)value, "arm,gic-v3") ? 3 : 2;
    } else if (reg && starts_with(walk->node, "intc@")) {
        u64 *const places[4] = {&m->gicd, &m->gicc, &m->gich, &m->gicv}; /* of v2; the second is GICR of v3 */
        for (u32 n = 0; n < 4 && n * 16 < length; n++)
            *places[n] = be64(value + n * 16);
    } else if (streq(walk->node, "chosen") && streq(name, "bootargs")) {
        m->bootargs = (const char *)value;
    }
}

bool fdt_read(const void *blob, struct machine *into)
{
    const u8 *base = blob;
    if (be32(base) != MAGIC)
        return false;
    const u8 *at = base + be32(base + 8);
    const char *strings = (const char *)base + be32(base + 12);
    struct walk walk = {into, "", 0};
    for (;;) {
        const u32 token = be32(at);
        at += 4;
        if (token == BEGIN_NODE) {
            walk.node = (const char *)at;
            walk.depth++;
            u32 length = 0;
            while (at[length])
                length++;
            at += (length + 4) & ~3u;
        } else if (token == PROPERTY) {
            property(&walk, strings + be32(at + 4), at + 8, be32(at));
            at += 8 + ((be32(at) + 3) & ~3u);
        } else if (token == END_NODE) {
            walk.node = "";
            walk.depth--;
        } else if (token != NOP) {
            break;
        }
    }
    if (into->gic_version == 3) {
        into->gicr = into->gicc;
        into->gicc = into->gich = into->gicv = 0;
    }
    return true;
}
