/* trapeze.h's view of trap.def. */
#include "cpu/sysreg/sysreg_table.h"
#include "machine/library.h"
#include <string.h>

unsigned trapeze_trap_count(void)
{
    return TRAP_COUNT;
}

/* "HCR_EL2.TVM" is a bit's name; of a rule's only what stands behind the register that the table makes it ask. */
static const char *name_of(enum trap_id id)
{
    const char *name = hyp_traps[id].name;
    return hyp_trap_is_a_rule(id) ? strchr(name, '.') + 1 : name;
}

bool trapeze_trap_info(const struct trapeze *t, unsigned index, struct trapeze_trap *info)
{
    if (index >= TRAP_COUNT)
        return false;
    const struct cpu *cpu = &t->virt.cpu[0];
    const enum trap_id id = (enum trap_id)index;
    const struct trap_row *row = &hyp_traps[id];
    *info = (struct trapeze_trap){
        .name = name_of(id),
        .control = hyp_trap_is_a_rule(id) ? NULL : sysreg_table[row->control].name,
        .mask = row->mask,
        .armed = row->armed,
        .to = row->to,
        .from = row->from,
        .read = row->access & 1u << DIRECTION_READ,
        .write = row->access & 1u << DIRECTION_WRITE,
        .reachable = sysreg_carried(cpu) >> index & 1 && sysreg_can_arm(cpu, id),
    };
    return true;
}
