"""trapeze test: what a folder of cases says, and with which exit code. Usage: cases.py SENTENCE TRAPEZE"""
import pathlib
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

sentence, trapeze = sys.argv[1:]
folder = tempfile.TemporaryDirectory()
root = pathlib.Path(folder.name)
wrong = []


def expect(what, good):
    if not good:
        wrong.append(what)


def program(immediate):
    """At EL2: SVC #immediate to its own vector, which switches off by PSCI."""
    start = [0x10004000, 0xd51cc000, 0xd4000001 | immediate << 5]  # adr x0, .+0x800; msr vbar_el2, x0; svc
    off = [0x52800100, 0x72b08000, 0xd4000003]  # mov w0, 0x84000008; smc #0
    image = bytearray(0xc00)
    image[:12] = struct.pack("<3I", *start)
    image[0xa00:0xa0c] = struct.pack("<3I", *off)
    return bytes(image)


OPTIONS = "options -M virt,virtualization=on -nographic -device 'loader,file={0}/image,addr=0x40200000,force-raw=on,cpu-num=0'\n"


def case(name, lines, immediate=1):
    place = root / "cases" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "image").write_bytes(program(immediate))
    (place / "case").write_text(OPTIONS.format(place) + lines)
    return place


def run(*options, where="cases"):
    done = subprocess.run([trapeze, "test", str(root / where), *options], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=100)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def a_mutated_syndrome_exits_with_4_and_names_the_bit():
    place = case("svc", "trace golden\nexit 0\n")
    code, out, _ = run()
    expect(f"without a golden: {code} {out}", code == 1 and "No such file" in out)
    code, out, _ = run("--update")
    expect(f"--update: {code} {out}", code == 0 and "written anew" in out)
    golden = (place / "golden").read_bytes()
    code, out, _ = run()
    expect(f"with its golden: {code} {out}", code == 0 and "1 cases: 1 passed" in out)
    (place / "image").write_bytes(program(3))
    code, out, _ = run()
    expect(f"mutated: {code} {out}", code == 4 and "MISMATCH svc" in out and
           "ESR_ELx.imm16 (<15:0>, lowest bit that differs 1): 0x1, 1, against 0x3, 3" in out)
    expect("a golden changes without --update", (place / "golden").read_bytes() == golden)
    code, out, _ = run("--update")
    expect(f"--update: {code} {out}", code == 0 and "lowest bit that differs 1" in out)
    expect("not updated", run()[0] == 0)


def expectations_that_fail_are_named():
    case("exit", "exit 3\n")
    case("prints", "prints hello\n")
    case("budget", "budget exits(SVC64) > 0\n")
    case("reason", "budget exits(NONSENSE) < 5\n")
    case("good", "budget exits(total) = 0\nbudget exits(total, vmid 3) <= 0\nbudget exits(HVC64, host) < 1\n")
    loop = case("late", "timeout 1\n")
    (loop / "image").write_bytes(struct.pack("<I", 0x14000000))
    code, out, _ = run("--jobs", "3")
    said = {line.split()[1]: line.split()[0] for line in out.splitlines() if line[:1] not in (" ", "6")}
    expect(f"verdicts: {code} {out}", code == 1 and said == {
        "budget": "FAILED", "exit": "FAILED", "good": "ok", "late": "FAILED", "prints": "FAILED", "reason": "FAILED"})
    for words in ("exit code 0 instead of 3", "does not print hello", "exits(SVC64) > 0: there were 0",
                  "exits(NONSENSE) < 5: no such reason", "more than 1 seconds", "6 cases: 1 passed, 5 failed"):
        expect(f"not said: {words}\n{out}", words in out)


def the_console_is_compared_line_by_line():
    place = case("uart", "console golden\n")
    # movz x1, #0x900, lsl 16; mov w0, 'A'; strb w0, [x1]; mov w0, 10; strb; then off
    words = [0xd2a12001, 0x52800820, 0x39000020, 0x52800140, 0x39000020, 0x52800100, 0x72b08000, 0xd4000003]
    (place / "image").write_bytes(struct.pack("<8I", *words))
    (place / "golden").write_text("A\n")
    code, out, _ = run()
    expect(f"equal: {code} {out}", code == 0)
    (place / "golden").write_text("A\nB\n")
    code, out, _ = run()
    expect(f"different: {code} {out}", code == 1 and "differs from golden in line 2" in out and "< B" in out)


def shards_and_reports_hold_every_case_once():
    names = [f"case{i}" for i in range(5)]
    for name in names:
        case(name, "exit 1\n" if name == "case3" else "")
    seen = []
    for i in (1, 2):
        code, out, err = run("--shard", f"{i}/2", "--tap", "--junit", str(root / "junit.xml"))
        lines = out.splitlines()
        expect(f"TAP: {out}", lines[0] == "TAP version 13" and lines[1] == f"1..{(3, 2)[i - 1]}")
        seen += [line.split(" - ")[1] for line in lines if line.startswith(("ok", "not ok"))]
        expect(f"shard {i}: {code} {out}", code == (0, 1)[i - 1] and ("not ok 2 - case3" in lines) == (i == 2))
        xml = tree.parse(root / "junit.xml").getroot()
        expect("JUnit counts", xml.get("tests") == str((3, 2)[i - 1]) and xml.get("failures") == str((0, 1)[i - 1]))
        failures = [c.find("failure").text for c in xml.findall("testcase") if c.find("failure") is not None]
        expect(f"JUnit failures {failures}", len(failures) == (0, 1)[i - 1])
    expect(f"shards hold {seen}", sorted(seen) == names)
    expect("no terminal, no progress", err.count("\r") == 0)


def bad_cases_get_one_line():
    for lines, words in (("payload\n", "case:2: what?"), ("budget exits(X) != 3\n", "expected exits(REASON"),
                         ("budget exits(DABT_LOW < 3\n", "expected exits("), ("exit 999\n", "expected a number"),
                         ("nonsense 3\n", "no such word"), ("console ../x\n", "lies in the folder"),
                         ("options 'a b\n", "a quote that does not end"), ("compare times\n", "expected pc, time"),
                         ("events irq,x\n", "expected a list of"), ("trace a\ntrace b\n", "case:3: given twice"),
                         ("x" * 5000, "too long"), ("a\0\x80\xff = \n", "with a byte 0"), ("\x80\xff = \n", "no such word"),
                         ("options" + " x" * 100 + "\n", "too many options"), ("timeout -1\n", "expected a number")):
        case("bad", lines)
        code, out, err = run()
        expect(f"{lines[:40]!r}: {code} {out} {err}", code == 2 and not out and err.count("\n") == 1 and words in err)
    for where, words in (("none", "No such file"), (".", "no folder with a file `case`")):
        code, _, err = run(where=where)
        expect(f"{where}: {code} {err}", code == 2 and words in err)
    case("bad", "")
    for options, words in ((["--shard", "3/2"], "expected I/N"), (["--jobs", "x"], "needs a number"),
                           (["--shard"], "needs an argument"), (["--quick"], "no such option")):
        code, _, err = run(*options)
        expect(f"{options}: {code} {err}", code == 2 and words in err)
    place = case("bad", "trace golden\n")
    run("--update")
    (place / "golden").write_bytes((place / "golden").read_bytes()[:-30])
    code, out, _ = run()
    expect(f"a cut golden: {code} {out}", code == 1 and "cut" in out)
    code, _, err = run("--junit", "/nowhere/x.xml")
    expect(f"JUnit to nowhere: {code} {err}", code == 2 and "No such file" in err)


globals()[sentence]()
print("\n".join(wrong))
sys.exit(bool(wrong))
