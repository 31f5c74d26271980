/* What the host's part and the HYP part say to each other. The host calls by HVC #0 with the function in x0; x1 to x18 and
 * x30 do not survive, as in any call. Also for assembly. */
#pragma once

/* The stub answers at EL2 when no hypervisor is installed. */
#define STUB_SET_VECTORS  0 /* x1: VBAR_EL2 */
#define STUB_SOFT_RESTART 1 /* goes on at x1, at EL2 with the MMU off; x0 is x2 there */
#define STUB_RESET        2 /* the stub's own vectors; does nothing if they are in place */
#define STUB_CALLS        3

/* The hypervisor answers these when it is installed, and STUB_RESET by leaving: it puts the stub back. */
#define HYP_RUN       3 /* x1: struct vcpu; x0: enum exit_kind */
#define HYP_FLUSH_IPA 4 /* x1: VTTBR_EL2, x2: IPA: forgets what is translated through that page of stage 2 */
#define HYP_FLUSH_VM  5 /* x1: VTTBR_EL2: forgets all of that VMID */
#define HYP_FLUSH_ALL 6 /* forgets all of EL1 and EL0, of every VMID */
#define HYP_VGIC_INFO 7 /* x0: how many list registers there are */
#define HYP_TRANSLATE 8 /* x1: struct vcpu, x2: its address, x3: enum translate; x0: PAR_EL1 */
#define HYP_CALLS     9

#define HYP_STACK 4096

#ifndef __ASSEMBLER__
#include "vcpu.h"

/* What HYP has of its own for each physical CPU. TPIDR_EL2 is its address. */
struct hyp_cpu {
    struct vcpu *vcpu; /* the guest that runs here, or none */
    struct el1_regs host;
    struct fp_regs host_fp;
    u64 host_mdcr, host_vmpidr, host_actlr;
    bool fp_is_guests; /* the FP registers hold the guest's values */
};

/* Set by the host before it installs; the HYP part reads them alone. */
struct hyp_config {
    u64 gic_version; /* of the virtual interface: 0 if there is none */
    u64 gich;        /* v2: where GICH is */
    u64 list_registers;
};

extern struct hyp_config hyp_config;
extern struct hyp_cpu hyp_cpus[MAX_CPUS];
extern char hyp_stacks[MAX_CPUS][HYP_STACK];

/* HYP's entry points, in assembly. */
extern char hyp_init_vectors[], hyp_vectors[], stub_vectors[];
u64 guest_enter(struct vcpu *vcpu);
void fp_save(struct fp_regs *to);
void fp_load(const struct fp_regs *from);

/* The HYP part in C. */
u64 hyp_run(struct vcpu *vcpu);
u64 hyp_flush_ipa(u64 vttbr, u64 ipa);
u64 hyp_flush_vm(u64 vttbr);
u64 hyp_flush_all(void);
u64 hyp_vgic_info(void);
enum translate { AS_EL1 = 0, AS_EL0 = 2, TO_READ = 0, TO_WRITE = 1 };
u64 hyp_translate(struct vcpu *vcpu, u64 va, u64 how);
void hyp_vgic_load(const struct vgic_state *state);
void hyp_vgic_save(struct vgic_state *state);
void hyp_vgic_off(void);
#endif
