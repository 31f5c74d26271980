"""A real gdb drives a small program: what a user types, and what must be seen."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from machine import Machine

trapeze, program = sys.argv[1:]
OPTIONS = ["-M", "virt,virtualization=on", "-m", "32M", "-display", "none", "-serial", "null", "-kernel", program]
READY = os.path.join(tempfile.mkdtemp(), "ready")
HEAD = ["set pagination off", "set confirm off", "set architecture aarch64"]


def gdb(machine, commands, interrupt_after=None):
    """What gdb prints. interrupt_after: seconds until Ctrl-C, from when gdb has made the file of its command `shell touch`:
    a busy host starts gdb slowly."""
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
        script.write("\n".join([*HEAD, f"target remote 127.0.0.1:{machine.port}", *commands]) + "\n")
        script.flush()
        process = subprocess.Popen(["gdb-multiarch", "-nx", "-batch", "-x", script.name, program], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if interrupt_after:
            while not os.path.exists(READY) and process.poll() is None:
                time.sleep(0.1)
            time.sleep(interrupt_after)
            os.kill(process.pid, signal.SIGINT)
        return process.communicate(timeout=60)[0]


def expect(name, text, *patterns):
    """The patterns are found, in this order."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.M).search(text, at)
        if not found:
            print(f"FAIL {name}: no {pattern!r} in\n{text}")
            sys.exit(1)
        at = found.end()
    print("ok  ", name)


with Machine(trapeze, *OPTIONS) as machine:
    text = gdb(machine, [
        "info registers pc", "x/2i $pc", "stepi", "info symbol $pc",
        "break bump", "continue", "print $x2", "continue", "print $x2", "delete",
        "watch *(long *)&counter", "continue", "print $x2", "x/gx &counter", "info symbol $pc", "delete",
        "print/x $TPIDR_EL2", "print/x $SCTLR_EL2", "set $TPIDR_EL2 = 0x42", "print/x $TPIDR_EL2",
        "info registers v0", "print/x $v0.s.u", "set $v0.d.u = {0x1122334455667788, 0x99aabbccddeeff00}",
        "print/x $v0.q.u", "set $d1 = 1.5", "print $d1", "print/x $v1.d.u", "set $fpcr = -1", "print/x $fpcr",
        "print/x $fpsr",
        "print $cpsr", "info registers system", "info threads",
        "tbreak guest", "continue", "stepi", "print/x $x4", "print $cpsr",
        "set $x7 = 0x77", "set *(long *)&counter = 5", "stepi", "print $x6",
        "monitor help", "monitor world el2", "x/gx &counter", "monitor world current", "monitor where",
        "awatch *(long *)&counter", "set $pc = &guest + 4", "continue", "delete",
        "rwatch *(long *)&counter", "set $pc = &guest + 4", "continue", "info symbol $pc", "delete",
        "continue"])
    expect("registers and disassembly at the start", text, r"^pc +0x\w+ +0x\w+ <_start>", r"adr\s+x1", r"mov\s+x2, #0")
    expect("a step", text, r"_start \+ 4")
    expect("a breakpoint, twice", text, r"Breakpoint 1, .*bump", r"\$1 = 1$", r"Breakpoint 1, .*bump", r"\$2 = 2$")
    expect("a watchpoint", text, r"Hardware watchpoint 2", r"Old value = 1", r"New value = 2", r"\$3 = 2$",
           r"^0x\w+:\s+0x0*2$", r"bump \+ 4")
    expect("system registers by name", text, r"\$4 = 0x1234567890abcdef", r"\$5 = 0x30c50830", r"\$6 = 0x42",
           r"^v0 .*d = \{f = \{", r"\$7 = \{0x4, 0x3, 0x2, 0x1\}", r"\$8 = \{0x99aabbccddeeff001122334455667788\}",
           r"\$9 = \{f = 1.5,", r"\$10 = \{0x3ff8000000000000, 0x0\}", r"\$11 = 0x7c00000", r"\$12 = 0x0",
           r"\$13 = \[ .*EL=2", r"^HCR_EL2 +0x80000000", r"Thread 1 .*CPU 0, EL2")
    expect("another Exception level", text, r"Temporary breakpoint", r"\$14 = 0x4$", r"\$15 = \[ .*EL=1", r"\$16 = 5$")
    expect("monitor commands", text, r"digest ", r"memory is seen as: el2", r"^0x\w+:\s+0x0*5$",
           r"CPU 0 EL1 0x\w+ guest\+0x8")
    expect("watchpoints for reads", text, r"Hardware access .*watchpoint", r"Value = 5", r"Hardware read watchpoint",
           r"Value = 5", r"guest \+ 8")
    expect("the end of the guest", text, r"exited normally")
    out, err, code = machine.end()
    expect("which is a success", f"exit {code}", "exit 0")

with Machine(trapeze, *OPTIONS) as machine:
    text = gdb(machine, ["set $pc = &spin", f"shell touch {READY}", "continue", "info symbol $pc",
                         "print $x7 > 1000", "detach"], interrupt_after=2)
    os.remove(READY)
    os.rmdir(os.path.dirname(READY))
    expect("Ctrl-C", text, r"SIGINT", r"spin", r"= 1$", r"[Dd]etached|Detaching")
    text = gdb(machine, ["info symbol $pc", "set $pc = _start", "kill"])
    expect("coming back, and the end by kill", text, r"spin")
    expect("is a success too", f"exit {machine.end()[2]}", "exit 0")
