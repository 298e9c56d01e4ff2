// Owns what is said of each problem code beyond its sentence: where it usually comes from, what helps, and how it looks.
import type { ProblemCode } from "../../src/model/problem.ts";

export interface Advice { readonly cause: string; readonly remedy: string; /** As a command prints it, without its name in front. */ readonly example: string }

const config = {
  "config.syntax": { cause: "A word before the `=` is missing, a line was broken in two, or something that is no config was included.", remedy: "The message names file and line. `#` in front makes a comment of it.", example: "'hello' has no '='" },
  "config.key": { cause: "A typing mistake, or a key of another program.", remedy: "The nearest key is offered. `man 5 lxc.container.conf` and the [reference](../config/README.md) have all of them.", example: "unknown key 'lxc.utsname.x'" },
  "config.value": { cause: "A number out of its range, a word that is not one of the few that are meant, an address with a digit too many.", remedy: "The offending part is underlined, and what is expected is said. `berth config set` checks before it writes.", example: "lxc.hook takes no value" },
  "config.include": { cause: "The file was moved, belongs to a package that is gone, or includes itself.", remedy: "Correct the path, or take the line out. `berth config show` tells which file includes which.", example: "'/etc/lxc/nothing.conf' does not exist" },
  "config.missing": { cause: "The container was made by hand, or another lxcpath is meant.", remedy: "`-P` names the lxcpath, `-f` a config of your choice.", example: "the config file 'web.conf' does not exist" },
  "config.unreadable": { cause: "It is another user's, or what was named is a directory.", remedy: "Run the command as the user who may read it.", example: "'/etc/lxc' is a directory" },
  "config.unwritable": { cause: "It is another user's, lies on a file system that is read-only, or is reached through somebody else's link.", remedy: "Change the file itself with `--file`, as its owner.", example: "cannot lock the config of 'web': cannot make '/run/lock/berth': EACCES" },
  "config.legacy": { cause: "The config was written for LXC 1 or 2.", remedy: "`lxc-update-config -c FILE` writes it in today's words; `--dry-run` shows them first.", example: "lxc.utsname is the name of LXC 2 and older, it is lxc.uts.name now" },
  "config.conflict": { cause: "A later line undoes an earlier one, or a key comes before the one that it belongs to.", remedy: "Put the lines in the order that the message names, or take one out.", example: "lxc.net.0.link has no effect: lxc.net.0.type comes after it and begins the interface anew" },
  "config.smell": { cause: "The linter knows the line from configs that did not do what their writers wanted.", remedy: "`berth config lint NAME` explains the [rule](../lint.md); `berth config fix` mends what can be mended by itself.", example: "lxc.idmap is not set: root inside is root of the host [idmap-none]" },
} as const satisfies Partial<Record<ProblemCode, Advice>>;

const container = {
  "container.missing": { cause: "Another name or another lxcpath: root's containers are in /var/lib/lxc, a user's in ~/.local/share/lxc.", remedy: "`lxc-ls` shows what is there, `-P` names another lxcpath, `lxc-create` makes one.", example: "container 'web' is not defined" },
  "container.exists": { cause: "It was made earlier, or an interrupted command has left it.", remedy: "Choose another name, rename the old one, or destroy it.", example: "Container already exists" },
  "container.running": { cause: "Its files must hold still for what was asked, or it is running already.", remedy: "Stop it first: `lxc-stop -n NAME`.", example: "Container is already running" },
  "container.stopped": { cause: "It was never started, or has ended by itself.", remedy: "Start it. `berth why NAME` tells how its last run ended.", example: "web is not running" },
  "container.busy": { cause: "Two commands about one container at the same time, or an image that another one has mounted: it is said which.", remedy: "Wait for the other one; it is waited for a while already.", example: "another command works on web right now" },
  "container.frozen": { cause: "`lxc-freeze` was called, or its processes cannot be stopped: something waits for a device.", remedy: "`lxc-unfreeze -n NAME`.", example: "web is frozen" },
  "container.snapshots": { cause: "Snapshots hold the path of the container, and layers lie above its files.", remedy: "`lxc-snapshot -n NAME -d ALL`, or `lxc-destroy -s`.", example: "web has snapshots" },
  "container.clones": { cause: "Layers of other containers lie above its files.", remedy: "Destroy the clones first; `lxc_snapshots` beside its config names them.", example: "Destroying web failed: web has clones" },
  "container.partial": { cause: "`lxc-create` or `lxc-destroy` was killed, or the machine went down.", remedy: "What it had left has been removed. Create it again.", example: 'container "web" was half made or half removed' },
  "container.late": { cause: "Its init takes longer, or never says that it has booted; its DHCP server does not answer.", remedy: "A larger `--timeout`, a nearer milestone, or `lxc-start -F` to watch it.", example: "after 30 s web has not booted" },
  "file.inside": { cause: "The file, or its directory, is not there in the container, or not for that user.", remedy: "The cause is what `cat` said inside. Paths are the container's own.", example: "'/root/x' cannot be read in web" },
  "terminal.busy": { cause: "Somebody else is on the console, or the container has fewer ttys than that.", remedy: "Another number with `-t`; `lxc.tty.max` makes more. `lxc-attach` needs none.", example: "Denied access to tty" },
  "rootfs.missing": { cause: "It was moved or deleted, its disk is not mounted, or `lxc.rootfs.path` is wrong.", remedy: "Correct `lxc.rootfs.path`, or mount what it is on.", example: "the root file system '/srv/web' does not exist" },
  "rootfs.unsafe": { cause: "A link or a mount in the way, put there by whoever may write in the container.", remedy: "Look at what the path is, with `ls -l`, and take the link away.", example: "'/srv/web' is not empty" },
  "command.missing": { cause: "The name is wrong, or the container's PATH does not lead to it; a script's interpreter may be missing, too.", remedy: "Look inside: `berth exec NAME -- ls -l /usr/bin`. A line of shell needs a shell: `sh -c 'LINE'`.", example: "Failed to exec \"nosuch\": no such file or directory" },
  "init.missing": { cause: "The root file system is empty or only half of one, or `lxc.init.cmd` names a program that is not in it.", remedy: "Install an init inside, or set `lxc.init.cmd` to a program that is there.", example: "cannot execute init '/sbin/init'" },
  "init.exited": { cause: "The init has complained and ended: wrong architecture, missing libraries, a cgroup that it cannot use.", remedy: "Its last words are shown. `lxc-start -F` runs it in the foreground.", example: "init ended with status 1 as soon as it was started" },
} as const satisfies Partial<Record<ProblemCode, Advice>>;

const host = {
  "lxcpath.unwritable": { cause: "The directory is root's, or HOME is not set.", remedy: "`-P DIRECTORY`, or `lxc.lxcpath` in lxc.conf.", example: "cannot make a container in '/var/lib/lxc': EACCES" },
  "idmap.invalid": { cause: "Two lines of `lxc.idmap` overlap, a count is 0, or nothing maps the container's root.", remedy: "One line for users and one for groups are enough: `u 0 100000 65536`, `g 0 100000 65536`.", example: "'u 0 100000 65536' overlaps 'u 1000 1000 1' in the container" },
  "idmap.range": { cause: "/etc/subuid or /etc/subgid has no line for the user, or a smaller range.", remedy: "As root: `berth setup USER`.", example: "uids 100000 to 165535 are not granted to alice" },
  "idmap.helper": { cause: "The package uidmap is not installed, or its programs have lost their set-user-ID bit.", remedy: "As root: `apt install uidmap`.", example: "newuidmap is missing or not setuid root" },
  "cgroup.undelegated": { cause: "The session has no cgroup of its own: cron, `su`, `sudo -u`, a host without systemd.", remedy: "As root `berth setup USER`, then a new login; [contexts](../contexts.md) tells what works from where.", example: "no cgroup may be made here, so the container runs without limits of its own" },
  "cgroup.limit": { cause: "The controller is not there, or the kernel has refused the value.", remedy: "`berth doctor` shows the controllers; `berth config lint` the line that does nothing here.", example: "lxc.cgroup2.memory.max has no effect here" },
  "cgroup.session": { cause: "Without lingering systemd ends a user's services with his last session.", remedy: "`loginctl enable-linger USER`; `berth setup USER` does it.", example: "web ends when the last session of alice does" },
  "cgroup.translated": { cause: "The config was written for a host with the other version of cgroups.", remedy: "Write both lines: each host takes its own.", example: "lxc.cgroup.memory.limit_in_bytes = 1G is applied as lxc.cgroup2.memory.max = 1073741824" },
  "network.unsupported": { cause: "What was asked for needs root, or a program that is not installed.", remedy: "The message names it. [Networks](../../networks.md) tells what there is for whom.", example: "egress cannot be kept: the container has no network of its own" },
  "network.link": { cause: "The bridge is not up, its name is another, or an address is taken.", remedy: "`lxc-net start`; `berth net list`; `ip link`.", example: "bridge 'lxcbr0' does not exist" },
  "mount.failed": { cause: "The source does not exist, or a user may not mount that kind of file system.", remedy: "Correct the entry, or add the option `optional`.", example: "the source '/srv/data' of a mount does not exist" },
  "mount.target": { cause: "Nothing in the container is at that path.", remedy: "The options `create=dir` and `create=file` make it.", example: "the target 'srv/data' of a mount does not exist in the container" },
  "hook.failed": { cause: "The program of a hook is missing, or has ended with another status than 0.", remedy: "What it said is shown. Run it by hand with the same arguments.", example: "/usr/local/bin/prepare: the program was not found" },
  "privilege": { cause: "An ordinary user has asked for something of the whole host.", remedy: "Run it as root, or take the way for users that the message names.", example: "only root may publish ports of this host" },
  "host.feature": { cause: "The kernel was built without it, a module is not loaded, or a program is not installed.", remedy: "The message names the package or option. `berth doctor` and `lxc-checkconfig` show the rest.", example: "nft is missing: it makes the rules of published ports" },
} as const satisfies Partial<Record<ProblemCode, Advice>>;

const work = {
  "option.unknown": { cause: "A typing mistake, or an option of another command.", remedy: "`--help` shows all, with examples.", example: "'web2' is one word too many" },
  "option.missing": { cause: "A command was given less than it needs.", remedy: "`--help` begins with how it is called.", example: "no key is given" },
  "option.value": { cause: "A number, a word or a path that the option does not take.", remedy: "The message says what it takes.", example: "--format: 'xml' is not known" },
  "option.conflict": { cause: "Two options that exclude each other.", remedy: "Leave one out.", example: "--file and --name are given" },
  "name.missing": { cause: "The command is about one container, and none was named.", remedy: "`-n NAME`, or the name alone.", example: "No container name specified" },
  "name.invalid": { cause: "A slash, a dot name, a control character, or more than 255 bytes.", remedy: "Choose a name that could be a directory's.", example: "invalid container name 'a/b'" },
  "template.missing": { cause: "No template of that name is installed, or a program that it needs is not.", remedy: "`lxc-create -t NAME -h` for what a template takes; `apt install` for what is missing.", example: "mmdebstrap is not installed" },
  "template.failed": { cause: "No network, no space, a mirror that is down.", remedy: "What it said stands above. Nothing is left: run it again.", example: "mmdebstrap could not make Debian bookworm" },
  "storage.copy": { cause: "A disk error, or files that this user may not read.", remedy: "Look at the cause, then run it again: of the copy nothing is left.", example: "cannot write '/srv/web.tar': EIO" },
  "storage.full": { cause: "The disk, or a quota on it, is full.", remedy: "Free some space, then run it again.", example: "no space left for the lock below '/var/lib/lxc'" },
  "storage.unsupported": { cause: "The storage named with `-B` is not on this host, or cannot do what was asked.", remedy: "`-B best` takes what there is; `dir` always works.", example: "cannot keep images in '/var/cache/lxc'" },
  "image.invalid": { cause: "An interrupted download, a file of another kind, or an archive that would write outside.", remedy: "Fetch it again. An archive that leads outside is not to be trusted.", example: "'/tmp/x.tar' is not a tar archive that can be read" },
  "image.missing": { cause: "Another name, release or architecture.", remedy: "`berth image list --remote` shows what a server has.", example: "'images.linuxcontainers.org' does not have 'debian/bookwrm' for amd64" },
  "image.fetch": { cause: "No network, a proxy, a name that does not resolve, a login that is missing.", remedy: "`--offline` takes what is here already; `http_proxy` is heeded.", example: "the registry 'docker.io' wants a login" },
  "image.checksum": { cause: "A mirror that is being changed, a broken proxy, or somebody in between.", remedy: "It has been thrown away. Try again, or another server.", example: "the layer 'sha256:12ab' is not what it should be" },
  "image.signature": { cause: "The server signs with another key, or somebody else has signed.", remedy: "Find out which key is right before you name it with `--keyid`.", example: "'images.example.org' is not signed" },
  "engine.op": { cause: "The kernel, or a program that the step ran, has refused; no known cause fits.", remedy: "`berth why NAME` shows all steps with their times, `--explain` the whole plan.", example: "cannot execute '/bin/x'" },
  "engine.missing": { cause: "An installation that is not whole, or was moved in part.", remedy: "Install Berth again.", example: "cannot make '/var/lib/lxc/web': the engine cannot be run" },
  "planner.failed": { cause: "A mistake in Berth, or memory that has run out.", remedy: "Tell the maintainers, with the message and `berth --version`.", example: "the monitor's request for a restart cannot be read" },
  "unsupported": { cause: "Part of LXC that Berth does not have, or has in another way.", remedy: "The message names the other way. [differences.md](../../differences.md) lists all.", example: "--pause: a container that is brought back runs" },
} as const satisfies Partial<Record<ProblemCode, Advice>>;

/** The compiler refuses a code without advice. */
export const ADVICE: Readonly<Record<ProblemCode, Advice>> = { ...config, ...container, ...host, ...work };
