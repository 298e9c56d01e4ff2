# A proxy for lxc.seccomp.notify.proxy: prints a line of JSON for what it is sent, and answers as the last component of mkdir(2)'s path
# says. `proxy.py SOCKET`; a line "listening" says that it can be connected to. Other calls than mkdir and mkdirat go on.
import array, json, os, socket, struct, sys, threading, traceback

MKDIR, MKDIRAT, CONTINUE = 83, 258, 1
HEAD = 32


# sys.stdout loses lines when several threads write at once
def say(**what):
    os.write(1, (json.dumps(what) + "\n").encode())


def string_at(memory, address):
    return os.pread(memory, 256, address).split(b"\0")[0].decode()


def receive(connection):
    data, ancillary, _, _ = connection.recvmsg(8192, socket.CMSG_SPACE(64))
    descriptors = array.array("i")
    for level, kind, given in ancillary:
        assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        descriptors.frombytes(given)
    return data, list(descriptors)


def look(data, descriptors):
    reserved, monitor, init, call_size, answer_size, data_size, _, cookie_size = struct.unpack("<QiiHHHHQ", data[:HEAD])
    call = struct.unpack("<QIIiIQ6Q", data[HEAD:HEAD + 80])
    answer = struct.unpack("<QqiI", data[HEAD + call_size:HEAD + call_size + answer_size])
    identity, pid, flags, number, architecture, _, *arguments = call
    links = [os.readlink(f"/proc/self/fd/{fd}").replace(str(pid), "PID") for fd in descriptors]
    modes = [os.O_ACCMODE & int(open(f"/proc/self/fdinfo/{fd}").read().split("flags:\t")[1].split("\n")[0], 8) for fd in descriptors]
    path = string_at(descriptors[1], arguments[1 if number == MKDIRAT else 0]) if number in (MKDIR, MKDIRAT) else ""
    # where strings lie in memory is another place each time
    plain = [value for value in arguments[1:2]] if number == MKDIR else []
    return identity, pid, {
        "length": len(data), "reserved": reserved, "monitor": monitor, "init": init, "sizes": [call_size, answer_size, data_size], "cookieSize": cookie_size,
        "cookie": data[HEAD + call_size + answer_size:].decode(), "flags": flags, "number": number, "architecture": architecture, "arguments": plain, "path": path,
        "blank": [answer[0] == identity, *answer[1:]], "links": links, "modes": modes, "comm": open(f"/proc/{pid}/comm").read().strip(),
    }


def answers(word, data, identity):
    base = data[:HEAD + 80]
    resp = lambda value=0, error=0, flags=0, number=identity: struct.pack("<QqiI", number, value, error, flags)
    kind, _, number = word.partition("-")
    return {
        "errno": lambda: base + resp(error=-int(number or 1)), "value": lambda: base + resp(value=5), "continue": lambda: base + resp(flags=CONTINUE),
        "short": lambda: data[:HEAD] + resp(error=-77), "long": lambda: base + resp(error=-77) + b"more", "other": lambda: base + resp(error=-77, number=identity + 1),
        "flags": lambda: base + resp(flags=0x80), "both": lambda: base + resp(error=-77, flags=CONTINUE), "noise": lambda: b"\xff" * 136, "empty": lambda: b"",
    }.get(kind, lambda: base + resp(flags=CONTINUE))()


def serve(connection):
    while True:
        data, descriptors = receive(connection)
        if not data:
            say(event="hung up")
            return
        identity, pid, seen = look(data, descriptors)
        say(event="asked", **seen)
        word = os.path.basename(seen["path"])
        if word == "close":
            connection.close()
            return
        if word == "die":
            os._exit(0)
        if word == "never":
            continue
        # LXC's monitor is confused when somebody still has a listener that it has closed; "close" and "never" keep theirs
        for fd in descriptors:
            os.close(fd)
        connection.send(answers(word, data, identity))


# a thread that ends early closes its connection, and the caller is told ENOSYS: that must not look as if nobody had asked
def served(connection):
    try:
        serve(connection)
    except BaseException as error:
        say(event="failed", error=repr(error), where=traceback.format_exc())
        raise


def main():
    path = sys.argv[1]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.path.exists(path):
        os.unlink(path)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen(8)
    say(event="listening")
    while True:
        connection, _ = listener.accept()
        credentials = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        say(event="connected", uid=credentials[1])
        threading.Thread(target=served, args=(connection,), daemon=True).start()


main()
