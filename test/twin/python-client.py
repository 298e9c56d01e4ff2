"""What python3-lxc, as Ansible's modules use it, sees and does of a container that Berth has started. Prints one JSON object."""
import json
import os
import sys
import tempfile
import lxc

lxcpath, name = sys.argv[1], sys.argv[2]
container = lxc.Container(name, config_path=lxcpath)


def told(command):
    """Output and status of a command inside, by the binding's own attach."""
    with tempfile.TemporaryFile() as out:
        status = container.attach_wait(lxc.attach_run_command, command, stdout=out, env_policy=lxc.LXC_ATTACH_CLEAR_ENV)
        out.seek(0)
        return [out.read().decode(), os.waitstatus_to_exitcode(status) if status > 255 else status]


def inside():
    with open("/written", "w") as file:
        file.write("by python\n")
    return 3


answer = {
    "listed": name in lxc.list_containers(config_path=lxcpath), "active": name in lxc.list_containers(active=True, defined=False, config_path=lxcpath),
    "defined": container.defined, "running": container.running, "state": container.state, "pid": container.init_pid, "mayControl": container.controllable,
    "uts": container.get_config_item("lxc.uts.name"), "runningUts": container.get_running_config_item("lxc.uts.name"), "interfaces": list(container.get_interfaces()), "ips": list(container.get_ips(timeout=1)),
    "limit": container.get_cgroup_item(sys.argv[3]).strip(), "echo": told(["sh", "-c", "hostname; exit 0"]), "callable": container.attach_wait(lambda: inside()),
}
answer["set"] = container.set_cgroup_item(sys.argv[3], sys.argv[4])
answer["limitNow"] = container.get_cgroup_item(sys.argv[3]).strip()
answer["freeze"] = [container.freeze(), container.state]
answer["unfreeze"] = [container.unfreeze(), container.state]
answer["wait"] = container.wait("RUNNING", 5)
answer["stop"] = container.stop()
answer["end"] = [container.wait("STOPPED", 30), container.state]
print(json.dumps(answer))
