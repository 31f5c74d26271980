/* The virtual CPU interface: list registers and what belongs to them, loaded before a guest runs and saved after. GICv2 has
 * them in memory (GICH), GICv3 in system registers. */
#include "hyp.h"

enum {
    GICH_HCR = 0x00,
    GICH_VTR = 0x04,
    GICH_VMCR = 0x08,
    GICH_MISR = 0x10,
    GICH_EISR = 0x20,
    GICH_ELRSR = 0x30,
    GICH_APR = 0xf0,
    GICH_LR = 0x100
};

#define GICH(reg) (hyp_config.gich + (reg))

/* ---- GICv3's list registers: each is a register of its own name ---- */

#define LRS(R) R(0) R(1) R(2) R(3) R(4) R(5) R(6) R(7) R(8) R(9) R(10) R(11) R(12) R(13) R(14) R(15)

static u64 v3_read_lr(u64 n)
{
    switch (n) {
#define CASE(n) \
    case n: return MRS(ich_lr##n##_el2);
        LRS(CASE)
#undef CASE
    }
    return 0;
}

static void v3_write_lr(u64 n, u64 value)
{
    switch (n) {
#define CASE(n) \
    case n: MSR(ich_lr##n##_el2, value); break;
        LRS(CASE)
#undef CASE
    }
}

static void v3_load(const struct vgic_state *state)
{
    for (u64 n = 0; n < state->used; n++)
        v3_write_lr(n, state->lr[n]);
    MSR(ich_ap0r0_el2, state->apr[0]);
    MSR(ich_ap1r0_el2, state->apr[1]);
    MSR(ich_vmcr_el2, state->vmcr);
    MSR(ich_hcr_el2, state->hcr);
}

static void v3_save(struct vgic_state *state)
{
    state->misr = MRS(ich_misr_el2);
    state->eisr = MRS(ich_eisr_el2);
    state->elrsr = MRS(ich_elrsr_el2);
    state->vmcr = MRS(ich_vmcr_el2);
    state->hcr = MRS(ich_hcr_el2);
    MSR(ich_hcr_el2, 0);
    state->apr[0] = MRS(ich_ap0r0_el2);
    state->apr[1] = MRS(ich_ap1r0_el2);
    for (u64 n = 0; n < state->used; n++) {
        state->lr[n] = v3_read_lr(n);
        v3_write_lr(n, 0);
    }
}

static void v2_load(const struct vgic_state *state)
{
    for (u64 n = 0; n < state->used; n++)
        write32(GICH(GICH_LR + 4 * n), (u32)state->lr[n]);
    write32(GICH(GICH_APR), (u32)state->apr[0]);
    write32(GICH(GICH_VMCR), (u32)state->vmcr);
    write32(GICH(GICH_HCR), (u32)state->hcr);
}

static void v2_save(struct vgic_state *state)
{
    state->misr = read32(GICH(GICH_MISR));
    state->eisr = read32(GICH(GICH_EISR));
    state->elrsr = read32(GICH(GICH_ELRSR));
    state->vmcr = read32(GICH(GICH_VMCR));
    state->hcr = read32(GICH(GICH_HCR));
    write32(GICH(GICH_HCR), 0);
    state->apr[0] = read32(GICH(GICH_APR));
    for (u64 n = 0; n < state->used; n++) {
        state->lr[n] = read32(GICH(GICH_LR + 4 * n));
        write32(GICH(GICH_LR + 4 * n), 0);
    }
}

void hyp_vgic_load(const struct vgic_state *state)
{
    if (hyp_config.gic_version == 2)
        v2_load(state);
    else
        v3_load(state);
}

void hyp_vgic_save(struct vgic_state *state)
{
    if (hyp_config.gic_version == 2)
        v2_save(state);
    else
        v3_save(state);
}

u64 hyp_vgic_info(void)
{
    const u64 vtr = hyp_config.gic_version == 2 ? read32(GICH(GICH_VTR)) : MRS(ich_vtr_el2);
    return bits(vtr, 5, 0) + 1;
}
