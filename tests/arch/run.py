#!/usr/bin/env python3
"""run.py TRAPEZE QEMU ELF NAME el1|el2 SMP GIC [OPTION...]: one program on both machines; what they print has to be the same but for the
lines that differences.txt expects, each with its reason. A difference that is expected and not seen fails too. Options are
for Trapeze alone."""
import difflib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import machine

LINES = 30  # of a difference that are shown


def expected(name, variant):
    """The patterns of differences.txt for this program: lines `NAME VARIANT|* -|+ PATTERN # REASON`."""
    for line in (pathlib.Path(__file__).parent / "differences.txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        row, reason = line.split(" # ")
        program, level, sign, pattern = row.split(None, 3)
        assert reason.strip() and sign in "-+", line
        if program == name and level in ("*", variant):
            yield sign + pattern.strip()


def judge(ours, theirs, patterns):
    """The unexpected lines, `-` of QEMU's, `+` of ours; and the patterns that were not needed."""
    differ = [line for line in difflib.unified_diff(theirs, ours, n=0, lineterm="")][2:]
    differ = [line for line in differ if line[0] in "-+"]
    needed = set()
    for line in list(differ):
        for pattern in patterns:
            if pattern[0] == line[0] and re.search(pattern[1:], line[1:]):
                needed.add(pattern)
                differ.remove(line)
                break
    return differ, [pattern for pattern in patterns if pattern not in needed]


def main():
    trapeze, qemu, elf, name, variant, smp, gic, *options = sys.argv[1:]
    el2 = variant == "el2"
    theirs, status, errors = machine.run_qemu(qemu, elf, el2, smp=smp, gic=gic)
    if status != 0:
        sys.exit(f"QEMU ends with {status}: {errors}\n{theirs}")
    ours, status, errors = machine.run_trapeze(trapeze, elf, el2, smp=smp, gic=gic, more_own=(*machine.LIMIT, *options))
    differ, unneeded = judge(ours.splitlines()[:2000], theirs.splitlines(), list(expected(name, variant)))
    for line in differ[:LINES]:
        print(line)
    if len(differ) > LINES:
        print(f"and {len(differ) - LINES} lines more")
    for pattern in unneeded:
        print(f"differences.txt expects a difference that is not there: {pattern}")
    if status != 0:
        print(f"ends with {status}: {errors[-2000:]}\nafter: {ours.splitlines()[-3:]}")
    sys.exit(1 if differ or unneeded or status != 0 or not theirs else 0)


main()
