"""Every test that docs/SPECIFICATION.md names exists. Usage: promises.py ROOT CTEST BUILD"""
import fnmatch
import re
import subprocess
import sys
import tree

ELSEWHERE = {"fuzz/no_input_crashes_": "tests/fuzz/fuzz_%s.c",  # tests of another preset: by their source
             "fuzz/no_guest_writes_outside_its_stage_": "tests/fuzz/fuzz_stage%s.c"}
FOLDERS = "unit|tables|vectors|arch|diff|boot|gdb|fuzz|cli|fdt|lint|firmware|golden|trace"


def elsewhere(name):
    return any((tree.ROOT / (source % name[len(prefix):])).exists()
               for prefix, source in ELSEWHERE.items() if name.startswith(prefix))


def main():
    listed = subprocess.run([sys.argv[2], "--test-dir", sys.argv[3], "-N"], capture_output=True, text=True, check=True).stdout
    tests = re.findall(r"^ *Test +#\d+: (\S+)", listed, re.M)
    wrong = [] if tests else ["ctest lists no tests"]
    for number, line in enumerate((tree.ROOT / "docs/SPECIFICATION.md").read_text().split("\n"), 1):
        for name in re.findall(r"`([^`]+)`", line):
            if name.endswith("..."):
                continue
            if name.startswith(("scripts/", "tests/")):
                exists = (tree.ROOT / name.split()[0]).exists()
            elif re.match(rf"({FOLDERS})/", name):
                exists = fnmatch.filter(tests, name) or elsewhere(name)
            else:
                continue
            if not exists:
                wrong.append(f"docs/SPECIFICATION.md:{number}: there is no test {name}")
    tree.report(wrong)


main()
