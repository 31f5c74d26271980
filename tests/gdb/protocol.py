"""The protocol byte by byte: what is garbled, too long or unknown is answered as gdb's manual says."""
import sys
from machine import Client, Machine, frame

trapeze, program = sys.argv[1:]
OPTIONS = ["-M", "virt,virtualization=on", "-m", "32M", "-smp", "2", "-display", "none", "-serial", "null", "-kernel",
           program]


def check(name, good):
    print("ok  " if good else "FAIL", name)
    check.failed |= not good


check.failed = False
with Machine(trapeze, *OPTIONS) as machine:
    c = Client(machine.port)
    ask = c.ask

    c.send(b"$g#00")
    check("a wrong checksum is answered with -", c.byte() == b"-")
    c.send(b"$m4000" + frame(b"qAttached"))
    check("a packet that was cut off gives way to the next", c.byte() + c.byte() == b"+$")
    rest = b"".join(c.byte() for _ in range(4))
    check("which is answered", rest == b"1#31")
    c.send(b"-")
    check("- has the reply sent again", c.reply() == b"1")
    check("a packet that is too long is an error", ask(b"m" + b"0" * 100000).startswith(b"E"))
    check("vMustReplyEmpty is", ask(b"vMustReplyEmpty") == b"")
    for unknown in (b"", b"!", b"qNone", b"Qnone", b"vNone", b"Z9,0,4", b"\x80\xff", b"b"):
        check(f"{unknown!r} is not supported", ask(unknown) == b"")
    for bad in (b"m", b"m1", b"m1,", b"m,1", b"m1,1x", b"M0,4:00", b"M0,1:zz", b"X0,4:1", b"p", b"pffff", b"P", b"P0",
                b"P0=", b"P0=12", b"Pffff=0000000000000000", b"G0g", b"Hg9", b"Hx1", b"H", b"T9", b"T0", b"Z0", b"Z0,",
                b"Z2,0,0", b"z", b"vCont;", b"vCont;x", b"vCont;c:9", b"vCont;C", b"vCont;c;", b"cx", b"C", b"sx",
                b"qXfer:features:read:none.xml:0,10", b"qXfer:features:read:target.xml:0", b"qThreadExtraInfo,9",
                b"qRcmd,0", b"qRcmd," + b"61" * 1000, b"m" + b"f" * 17 + b",1"):
        got = ask(bad)
        check(f"{bad[:24]!r} is an error", got.startswith(b"E") or (bad == b"qRcmd,0" and got))

    check("it stopped before it ran", ask(b"?") == b"T05thread:1;")
    check("a CPU is a thread", ask(b"qfThreadInfo") == b"m1,2" and ask(b"qsThreadInfo") == b"l")
    check("T tells them", ask(b"T2") == b"OK")
    check("a thread is described", bytes.fromhex(ask(b"qThreadExtraInfo,1").decode()) == b"CPU 0, EL2")
    check("g has the core registers", len(ask(b"g")) == 2 * (33 * 8 + 4))
    check("P and p agree", ask(b"P5=efcdab9078563412") == b"OK" and ask(b"p5") == b"efcdab9078563412")
    check("and of 128 bits", ask(b"P22=" + bytes(range(16)).hex().encode()) == b"OK" and
          ask(b"p22") == bytes(range(16)).hex().encode() and ask(b"P22=00") == b"E01")
    check("G and g agree", ask(b"G" + b"11" * 8 * 3) == b"OK" and ask(b"g")[:64] == b"11" * 24 + b"00" * 8)
    check("M and m agree", ask(b"M41000000,4:00ff10a5") == b"OK" and ask(b"m41000000,4") == b"00ff10a5")
    check("X is unescaped", ask(b"X41000000,4:}\x03}\x04}]\0") == b"OK" and ask(b"m41000000,4") == b"23247d00")
    check("a device is not memory", ask(b"m9000000,4").startswith(b"E"))
    check("what ends within is cut", len(ask(b"m41fffffc,8")) == 8)
    check("a monitor command answers", b"phys" in bytes.fromhex(ask(b"qRcmd," + b"world phys".hex().encode()).decode()))
    c.send(b"\x03")
    check("an interrupt of what has stopped is passed over", ask(b"qC") == b"QC1")
    check("no acknowledgements from now on", ask(b"QStartNoAckMode") == b"OK")
    c.send(frame(b"?"))
    check("none comes", c.byte() == b"$")
    c.send(frame(b"k"))
    machine.end()
    check("k ends it", machine.process.returncode == 0)
sys.exit(check.failed)
