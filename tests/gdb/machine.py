"""A machine with gdb's port open, and a client of its protocol that says exactly what a test wants said."""
import re
import socket
import subprocess


class Machine:
    """trapeze with `-gdb tcp::0`; stderr is read up to the line that names the port."""

    def __init__(self, trapeze, *options, wait=True):
        command = [trapeze, *options, "-gdb", "tcp::0", *(["-S"] if wait else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"port (\d+)", line)
            if found:
                self.port = int(found[1])
                return
        raise SystemExit(f"no port: {command}")

    def end(self, seconds=60):
        """What it printed, and its exit code."""
        out, err = self.process.communicate(timeout=seconds)
        return out, err, self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def frame(text):
    return b"$" + text + b"#%02x" % (sum(text) & 0xff)


class Client:
    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, raw):
        self.link.sendall(raw)

    def byte(self):
        got = self.link.recv(1)
        if not got:
            raise EOFError
        return got

    def reply(self):
        """The next packet's contents; acknowledgements before it are passed over."""
        while (c := self.byte()) != b"$":
            assert c in b"+-", c
        text = b""
        while (c := self.byte()) != b"#":
            text += c
        total = int(self.byte() + self.byte(), 16)
        assert total == sum(text) & 0xff
        self.send(b"+")
        return text

    def ask(self, text):
        self.send(frame(text))
        return self.reply()

    def close(self):
        self.link.close()


def digest(err):
    found = re.search(r"digest ([0-9a-f]{64})", err)
    return found and found[1]
