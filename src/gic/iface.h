/* A CPU interface: which of the interrupts offered to a PE are signalled to it, by group, priority mask, binary point
 * and what is active (IHI 0048B, 3.3; IHI 0069, 4.8). It is kept as GICC_* has it; ICC_* are another face of it. It does not ask where the interrupts come from. */
#pragma once
#include "base/bits.h"
#include "cpu/state.h"
#include "gic/dist.h"

enum { GIC_APRS = 4 /* 128 preemption levels */, GIC_IDLE_PRIORITY = 0xff };

/* Of its priorities, the upper bits that decide on preemption. */
enum { GIC_V2_PREEMPTION = 7, GIC_V3_PREEMPTION = 5 /* all that there are: as of Cortex-A53, A57 and A72 */ };

/* GICC_CTLR, as it is without the Security Extensions. */
#define GICC_CTLR_ENABLE_GRP0 BIT(0)
#define GICC_CTLR_ENABLE_GRP1 BIT(1)
#define GICC_CTLR_ACK_CTL     BIT(2)
#define GICC_CTLR_FIQ_EN      BIT(3)
#define GICC_CTLR_CBPR        BIT(4)
#define GICC_CTLR_EOI_MODE    BIT(9)

struct gic_iface {
    uint32_t ctlr;             /* GICC_CTLR */
    uint8_t pmr, bpr, abpr;    /* GICC_PMR, GICC_BPR, GICC_ABPR */
    uint8_t lines;             /* a set of enum line: what is driven */
    uint32_t preemption;       /* bits of a priority */
    uint32_t apr[2][GIC_APRS]; /* GICC_APRn, GICC_NSAPRn: by group, the active priorities */
    struct gic_best best;      /* what is offered */
};

/* To the state after reset, of the architecture's version 2 or 3. */
void gic_iface_reset(struct gic_iface *iface, unsigned version);

/* The smallest binary point that is implemented, of that group. */
unsigned gic_iface_least_point(const struct gic_iface *iface, bool group1);

/* The priority of what is active: GICC_RPR. GIC_IDLE_PRIORITY: nothing is. */
unsigned gic_iface_running(const struct gic_iface *iface);

/* Whose priority that is, of Group 1 or of Group 0; something is active. */
bool gic_iface_running_group(const struct gic_iface *iface);

/* Whether interrupts of that group are enabled. */
bool gic_iface_enables(const struct gic_iface *iface, bool group1);

/* Whether the interrupt offered is signalled: enabled, above the mask, and preempts what is active. */
bool gic_iface_signals(const struct gic_iface *iface);

/* The line by which it is: LINE_IRQ or LINE_FIQ; 0: it is not. */
uint8_t gic_iface_line(const struct gic_iface *iface);

/* The interrupt offered becomes active: its group priority does. */
void gic_iface_activate(struct gic_iface *iface);

/* Priority drop: the highest active priority of the group is not active any more. */
void gic_iface_drop(struct gic_iface *iface, bool group1);
