/* A virtual CPU interface: list registers, and which of the interrupts in them are signalled to the virtual machine
 * (IHI 0069, chapter 6 and the pseudocode of ICV_*; IHI 0048B, chapter 5). Registers are kept as GICv3 has them; those of
 * GICv2 hold the same things (gic/gich.h). Plain state: it does not ask who reads and writes it. */
#pragma once
#include "base/bits.h"
#include "cpu/state.h"

enum {
    GIC_LRS = 16,          /* the most list registers that there can be */
    GIC_LRS_DEFAULT = 4,   /* as on Cortex-A53, A57 and A72 */
    GIC_VPRIORITY_BITS = 5 /* of virtual priorities, all of them preemption bits: the upper ones of 8 */
};

/* ICH_HCR_EL2 and GICH_HCR */
#define ICH_HCR_EN       BIT(0)
#define ICH_HCR_UIE      BIT(1)
#define ICH_HCR_LRENPIE  BIT(2)
#define ICH_HCR_NPIE     BIT(3)
#define ICH_HCR_VGRP0EIE BIT(4)
#define ICH_HCR_VGRP0DIE BIT(5)
#define ICH_HCR_VGRP1EIE BIT(6)
#define ICH_HCR_VGRP1DIE BIT(7)
#define ICH_HCR_EOICOUNT UINT64_C(0xf8000000)

/* ICH_VMCR_EL2 and GICH_VMCR */
#define ICH_VMCR_VENG0   BIT(0)
#define ICH_VMCR_VENG1   BIT(1)
#define ICH_VMCR_VACKCTL BIT(2)
#define ICH_VMCR_VFIQEN  BIT(3)
#define ICH_VMCR_VCBPR   BIT(4)
#define ICH_VMCR_VEOIM   BIT(9)
#define GICH_VMCR_CTLR   UINT32_C(0x21f) /* those that GICV_CTLR sees */
#define ICH_VMCR_V3      UINT32_C(0x21b) /* of a GICv3, where VFIQEn is one and VAckCtl is not there */

/* ICH_LR<n>_EL2. EOI: of an interrupt that is not linked to a physical one. */
#define ICH_LR_PENDING BIT(62)
#define ICH_LR_ACTIVE  BIT(63)
#define ICH_LR_STATE   (ICH_LR_ACTIVE | ICH_LR_PENDING)
#define ICH_LR_HW      BIT(61)
#define ICH_LR_GROUP   BIT(60)
#define ICH_LR_EOI     BIT(41)

/* ICH_MISR_EL2 and GICH_MISR */
enum {
    /* clang-format off */
    MISR_EOI = 1 << 0, MISR_U = 1 << 1, MISR_LRENP = 1 << 2, MISR_NP = 1 << 3,
    MISR_VGRP0E = 1 << 4, MISR_VGRP0D = 1 << 5, MISR_VGRP1E = 1 << 6, MISR_VGRP1D = 1 << 7
    /* clang-format on */
};

struct gic_vcpu {
    uint64_t lr[GIC_LRS]; /* ICH_LR<n>_EL2; a GICv2's CPUID is in bits 34..32, the place of the physical INTID */
    uint32_t lrs;         /* implemented: 1..GIC_LRS */
    uint32_t hcr;         /* ICH_HCR_EL2 */
    uint32_t vmcr;        /* ICH_VMCR_EL2 */
    uint32_t apr[2];      /* ICH_AP0R0_EL2, ICH_AP1R0_EL2: by group, the active priorities */
    uint32_t lines;       /* a set of enum line: what is driven */
    uint32_t maintenance; /* and of the maintenance interrupt's line */
};

/* What there is to be said of a list register. */
static inline unsigned gic_lr_vintid(uint64_t lr)
{
    return (unsigned)bits(lr, 31, 0);
}

static inline unsigned gic_lr_priority(uint64_t lr)
{
    return (unsigned)bits(lr, 55, 48);
}

static inline bool gic_lr_group1(uint64_t lr)
{
    return lr & ICH_LR_GROUP;
}

/* To the state after reset. */
void gic_vcpu_reset(struct gic_vcpu *v, unsigned lrs);

/* The list register of the highest virtual priority that is pending in an enabled group, the lowest one among equals; -1:
 * none (HighestPriorityVirtualInterrupt). */
int gic_vcpu_best(const struct gic_vcpu *v);

/* Whether it is signalled: the interface is on, and it is above the mask and preempts what is active
 * (CanSignalVirtualInterrupt). */
bool gic_vcpu_signals(const struct gic_vcpu *v);

/* By which line: LINE_VIRQ or LINE_VFIQ; 0: it is not. */
uint8_t gic_vcpu_lines(const struct gic_vcpu *v);

/* The virtual priority that is active; 0xff: none (ICV_RPR_EL1). */
unsigned gic_vcpu_running(const struct gic_vcpu *v);

/* The interrupt in list register `n` becomes active (AcknowledgeVirtualInterrupt). */
void gic_vcpu_acknowledge(struct gic_vcpu *v, unsigned n);

/* The highest active priority is not active any more (VPriorityDrop). Returns it; 0xff: none was. */
unsigned gic_vcpu_drop(struct gic_vcpu *v);

/* The list register in which an interrupt is active, -1: none (FindActiveVirtualInterrupt). `mask`: the bits of a list
 * register that say which interrupt it is, `id` these bits. */
int gic_vcpu_find_active(const struct gic_vcpu *v, uint64_t mask, uint64_t id);

/* It is not active any more. Returns the physical interrupt that is to be deactivated with it; -1: none. */
int gic_vcpu_deactivate(struct gic_vcpu *v, unsigned n);

/* An end for which there is no list register: counted, in EOIcount. */
void gic_vcpu_count_end(struct gic_vcpu *v);

/* Which bits of a virtual priority are its group priority (of ICV_BPR0_EL1, ICV_BPR1_EL1 and CBPR). */
unsigned gic_vcpu_group_mask(const struct gic_vcpu *v, bool group1);

/* ICH_VMCR_EL2 as a write leaves it: binary points and mask as far as they are implemented. `allowed`: the other bits. */
void gic_vcpu_write_vmcr(struct gic_vcpu *v, uint64_t value, uint32_t allowed);

/* Its fields: the priority mask, the binary points. */
unsigned gic_vcpu_pmr(const struct gic_vcpu *v);
unsigned gic_vcpu_bpr(const struct gic_vcpu *v, bool group1);
void gic_vcpu_write_pmr(struct gic_vcpu *v, unsigned value);
void gic_vcpu_write_bpr(struct gic_vcpu *v, bool group1, unsigned value);

/* ICH_EISR_EL2, ICH_ELRSR_EL2: sets of list registers; ICH_MISR_EL2. The maintenance interrupt is asserted while the
 * interface is on and a bit of the last one is set. */
uint32_t gic_vcpu_eisr(const struct gic_vcpu *v);
uint32_t gic_vcpu_elrsr(const struct gic_vcpu *v);
uint32_t gic_vcpu_misr(const struct gic_vcpu *v);
