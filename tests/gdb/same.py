"""Whoever watches, the same bits: digests of one run, watched in several ways."""
import subprocess
import sys
from machine import Client, Machine, digest

trapeze, firmware, limit = sys.argv[1:]
OPTIONS = ["-M", "virt,virtualization=on", "-cpu", "cortex-a72", "-m", "64M", "-smp", "2", "-display", "none", "-serial",
           "null", "-bios", firmware, "--max-insns", limit, "--digest"]


def plain(*more):
    return digest(subprocess.run([trapeze, *OPTIONS, *more], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True, timeout=300).stderr)


def watched(session):
    with Machine(trapeze, *OPTIONS) as machine:
        client = Client(machine.port)
        session(client)
        return digest(machine.end(300)[1])


def go_on(c):
    assert c.ask(b"c").startswith(b"W")


def detach(c):
    assert c.ask(b"D") == b"OK"


def step(c):
    for _ in range(3000):
        assert c.ask(b"vCont;s:1").startswith(b"T05")
    detach(c)


def stop_everywhere(c):
    """Looks at all there is, at breakpoints and watchpoints, then goes on."""
    for _ in range(200):
        c.ask(b"s")
    pc = c.ask(b"p20")
    address = b"%x" % int.from_bytes(bytes.fromhex(pc.decode()), "little")
    for kind in (b"0", b"2", b"3", b"4"):
        where = address if kind == b"0" else b"40000000"
        size = b"4" if kind == b"0" else b"4000000"
        assert c.ask(b"Z" + kind + b"," + where + b"," + size) == b"OK"
        for _ in range(20):
            if c.ask(b"c").startswith(b"W"):
                return
            c.ask(b"g")
            for i in range(34, 300):
                c.ask(b"p%x" % i)
            c.ask(b"m%s,100" % address)
        assert c.ask(b"z" + kind + b"," + where + b"," + size) == b"OK"
    go_on(c)


want = plain()
failed = want is None or want == plain("--max-insns", str(int(limit) - 1))
print("FAIL" if failed else "ok  ", "one instruction less gives another digest")
for name, got in {
    "again": plain(),
    "attached and continued": watched(go_on),
    "attached and detached": watched(detach),
    "stepped, then detached": watched(step),
    "with break- and watchpoints": watched(stop_everywhere),
    "traced": plain("--trace", "/dev/null", "--trace-events", "insn,exc,mem,irq"),
}.items():
    print("ok  " if got == want else "FAIL", name, got)
    failed |= got != want
sys.exit(failed)
