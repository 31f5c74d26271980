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
    (r"traps: MDCR_EL2\.TPMCR: PMCR_EL0 traps", r"traps: MDCR_EL2\.TPMCR: .* does not trap", "it asks TPM alone"),
    (r"traps: HCR_EL2\.TWE traps", r"traps: HCR_EL2\.TWE does not trap", "its WFE gives way and never traps"),
    (r"MMIO, by the instruction +\d+", r"MMIO, by the instruction +\d+", "its cache maintenance by address never faults"),
    (r"traps: SCTLR_EL1\.nTWE traps", r"traps: SCTLR_EL1\.nTWE does not trap", "the same"),
]


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


def without_fp(lines):
    """What a machine without FP registers can be compared by: not the FP guests, nor the closing table."""
    end = next(n for n, line in enumerate(lines) if line.startswith("exits by reason"))
    return [line for line in lines[:end] if " fp_" not in line]


def differ(ours, theirs):
    """The lines that differ and are not expected to."""
    rest = [line for line in difflib.unified_diff(theirs, ours, "QEMU", "Trapeze", n=0, lineterm="")
            if not line.startswith("@@")][2:]
    for mine, his, _ in DIFFERENCES:
        rest = [line for line in rest if not re.fullmatch(rf"\+{mine}|-{his}", line)]
    return rest


def main():
    trapeze, qemu, elf, gic, smp = sys.argv[1:]
    runs = [machine.run([trapeze, *command(elf, gic, smp), "--digest", "--max-insns", "2000000000"]) for _ in range(2)]
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
    if "SKIP fp_a" in text:
        ours, theirs = without_fp(ours), without_fp(theirs)
    rest = differ(ours, theirs)
    print("\n".join(rest))
    sys.exit(1 if rest else 0)


main()
