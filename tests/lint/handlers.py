"""A hot handler is a leaf: it pushes nothing and calls nothing, and goes on by a jump. handlers.py ROOT OBJDUMP ARCHIVE:
looks into the release build's objects. What is interpreted only may call: what is named *_slow, unprivileged and
exclusive accesses, the rare ways on. No handler, hot or not, calls the next one: the stack would grow with the program."""
import re
import subprocess
import sys
import tree

MEMBERS = {"exec_alu", "exec_branch", "exec_fused", "exec_ldst", "exec_fp_ldst", "exec_fp_move"}
RARE = {"AT_DEADLINE", "ENTER_TARGET", "ENTER_ANEW", "END_OF_PAGE"}  # they ask the engine
INTERPRETED = re.compile(r"_slow$|_unprivileged$|^(LD|ST)X[RP]|\.cold$|^\.text")
NEXT_CALLED = re.compile(r"^call\s+\*(0x10)?\(%r")  # op[1].fn, next->fn
FORBIDDEN = re.compile(r"^(push|pop|call|enter|leave)|^(sub|add)q?\s+\$[0-9a-fx-]+, ?%rsp")


def functions(dump):
    """(member, symbol, instructions) of each function."""
    member, symbol, body = None, None, []
    for line in dump.split("\n"):
        start = re.match(r"[0-9a-f]+ <([^>]+)>:$", line)
        file = re.match(r"(?:.*\()?(\w+)(?:\.c)?\.o\)?:\s+file format", line)
        if start or file:
            if symbol:
                yield member, symbol, body
            symbol, body = (start[1], []) if start else (None, [])
            member = file[1] if file else member
        elif symbol and line.startswith(" "):
            body.append(re.sub(r"^\s*[0-9a-f]+:\s*", "", line).strip())
    if symbol:
        yield member, symbol, body


def cold(symbol):
    return symbol in RARE or bool(INTERPRETED.search(symbol))


def main():
    dump = subprocess.run([sys.argv[2], "-d", "--no-show-raw-insn", sys.argv[3]], capture_output=True, text=True,
                          check=True).stdout
    wrong, seen = [], 0
    for member, symbol, body in functions(dump):
        if member and member.startswith("exec_"):
            wrong += [f"{member}.c: {symbol} calls the next handler: {line}" for line in body if NEXT_CALLED.search(line)]
        if member not in MEMBERS or cold(symbol):
            continue
        seen += 1
        hits = [line for line in body if FORBIDDEN.search(line)]
        if hits:
            wrong.append(f"{member}.c: {symbol}: {hits[0]}")
    print(f"{seen} hot handlers, {len(wrong)} that push or call")
    tree.report(wrong if seen > 100 else wrong + ["too few handlers found: the objects have moved"])


main()
