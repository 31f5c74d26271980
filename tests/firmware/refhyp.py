#!/usr/bin/env python3
"""refhyp.py TRAPEZE QEMU ELF GIC SMP: the reference hypervisor says that all guests have passed, two runs are the same to the
bit, and QEMU prints the same: but for the numbers of the column `varying`, and for the lines that DIFFERENCES expects."""
import difflib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import machine

MARKER = "ALL GUESTS PASSED"
DIFFERENCES = [  # what we print, what QEMU 7.2 does, why
    (r"traps: HCR_EL2\.TIDCP: \w+ traps", r"traps: HCR_EL2\.TIDCP: \w+ does not trap", "7.2 has no TIDCP"),
    (r"traps: ACTLR_EL2\.\w+: \w+ traps", r"traps: ACTLR_EL2\.\w+: \w+ does not trap", "7.2 has no ACTLR_EL2 of these cores"),
    (r"traps: MDSCR_EL1\.TDCC traps", r"traps: MDSCR_EL1\.TDCC does not trap", "it has no TDCC"),
    (r"traps: MDCR_EL2\.TPMCR: PMCR_EL0 traps", r"traps: MDCR_EL2\.TPMCR: .* does not trap", "it asks TPM alone"),
    (r"traps: HCR_EL2\.TWE traps", r"traps: HCR_EL2\.TWE does not trap", "its WFE gives way and never traps"),
    (r"MMIO, by the instruction +\d+", r"MMIO, by the instruction +\d+", "its cache maintenance by address never faults"),
    (r"traps: SCTLR_EL1\.nTWE traps", r"traps: SCTLR_EL1\.nTWE does not trap", "the same"),
]
UNTOUCHED = {  # rows of trap.def that no guest reaches, why
    "ID_AA64PFR0_EL1.BELOW_HIGHEST": "EL1 is not the highest Exception level here",
    "ID_AA64PFR0_EL1.NOT_HIGHEST": "the same",
    "ICH_HCR_EL2.TC": "the hypervisor lets guests have the virtual interface; arch/ tries these four",
    "ICH_HCR_EL2.TALL0": "the same",
    "ICH_HCR_EL2.TALL1": "the same",
    "ICH_HCR_EL2.TDIR": "the same",
    "HCR_EL2.IMO": "sends the SGIs of a guest of several CPUs to the hypervisor: not with one CPU",
    "HCR_EL2.FMO": "the guests send SGIs of group 1 alone",
}


def command(elf, gic, smp):
    return ["-M", f"virt,virtualization=on,gic-version={gic}", "-cpu", "cortex-a72", "-smp", smp, "-m", "512", "-nographic",
            "-nodefaults", "-serial", "stdio", "-display", "none", "-monitor", "none", "-kernel", elf, "-append", "mode=split"]


def comparable(text):
    """Lines; of the closing table's, without the last column."""
    table, lines = False, []
    for line in text.splitlines():
        table = table and line != MARKER or line.startswith("exits by reason")
        lines.append(re.sub(r" +\S+$", "", line) if table else line)
    return lines


def differ(ours, theirs):
    """The lines that differ and are not expected to."""
    rest = [line for line in difflib.unified_diff(theirs, ours, "QEMU", "Trapeze", n=0, lineterm="")
            if not line.startswith("@@")][2:]
    for mine, his, _ in DIFFERENCES:
        rest = [line for line in rest if not re.fullmatch(rf"\+{mine}|-{his}", line)]
    return rest


def untouched(errors):
    """What --stats says that no guest has reached, and nobody expects."""
    rows = re.search("^trap rows touched: .* not: (.*)", errors, re.M)
    return [row for row in rows[1].split("; ") if row not in UNTOUCHED] if rows else ["no statistics"]


def main():
    trapeze, qemu, elf, gic, smp = sys.argv[1:]
    runs = [machine.run([trapeze, *command(elf, gic, smp), "--digest", "--stats", "--max-insns", "2000000000"]) for _ in range(2)]
    text, status, errors = runs[0]
    if status != 0 or MARKER not in text:
        sys.exit(f"ends with {status}\n{text}\n{errors}")
    digests = [re.findall("^digest .*", run[2], re.M) for run in runs]
    if runs[0][0] != runs[1][0] or digests[0] != digests[1] or not digests[0]:
        sys.exit(f"two runs differ: {digests}")
    theirs, status, errors = machine.run([qemu, "-accel", "tcg,thread=single", *command(elf, gic, smp)])
    if status != 0:
        sys.exit(f"QEMU ends with {status}\n{theirs}\n{errors}")
    ours, theirs = comparable(text), comparable(theirs)
    rest = differ(ours, theirs)
    rest += [f"no guest reaches {row}" for row in untouched(runs[0][2])]
    print("\n".join(rest))
    sys.exit(1 if rest else 0)


main()
