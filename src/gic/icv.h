/* The virtual CPU interface as a guest names it: what ICC_* mean at EL1 where HCR_EL2.IMO or FMO sends the access to ICV_*
 * (IHI 0069, 6.3). Called by gic/icc.c, which has found out that the access is virtual; its traps have been judged. The
 * callee drives the lines that change; whoever runs looks at its inputs again before the next instruction. */
#pragma once
#include "gic/gic.h"

/* Where an access to ICC_<name><group>_EL1 comes from. */
struct icc_at {
    struct gic *gic;
    unsigned cpu;
    bool group1;  /* of the registers of one group: its number */
    uint64_t now; /* cycles */
};

uint64_t icv_read_pmr(const struct icc_at *at);
void icv_write_pmr(const struct icc_at *at, uint64_t value);
uint64_t icv_read_iar(const struct icc_at *at);
void icv_write_eoir(const struct icc_at *at, uint64_t value);
uint64_t icv_read_hppir(const struct icc_at *at); /* changes nothing: debuggers are given it for ICC_IAR<n>_EL1 */
uint64_t icv_read_bpr(const struct icc_at *at);
void icv_write_bpr(const struct icc_at *at, uint64_t value);
uint64_t icv_read_apr(const struct icc_at *at); /* ICC_AP<group>R0_EL1 */
void icv_write_apr(const struct icc_at *at, uint64_t value);
void icv_write_dir(const struct icc_at *at, uint64_t value);
uint64_t icv_read_rpr(const struct icc_at *at);
uint64_t icv_read_ctlr(const struct icc_at *at);
void icv_write_ctlr(const struct icc_at *at, uint64_t value);
uint64_t icv_read_igrpen(const struct icc_at *at);
void icv_write_igrpen(const struct icc_at *at, uint64_t value);
