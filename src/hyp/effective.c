#include "hyp/effective.h"

uint64_t hyp_hcr(const struct state *s)
{
    const uint64_t hcr = effective_hcr(s);
    if (!bit(hcr, 27)) /* TGE */
        return hcr;
    return (hcr | BIT(3) | BIT(4) | BIT(5)) & ~(BIT(6) | BIT(7) | BIT(8)); /* FMO, IMO, AMO; VF, VI, VSE */
}

uint64_t hyp_mdcr(const struct state *s)
{
    uint64_t mdcr = s->has_el2 ? s->sys[MDCR_EL2] : 0;
    if (bit(effective_hcr(s), 27))
        mdcr |= BIT(8); /* TDE */
    return bit(mdcr, 8) ? mdcr | BIT(9) | BIT(10) | BIT(11) : mdcr;
}

uint64_t hyp_effective(const struct state *s, enum sysreg control)
{
    if (control == HCR_EL2)
        return hyp_hcr(s);
    return control == MDCR_EL2 ? hyp_mdcr(s) : s->sys[control];
}
