# Completion of Berth's commands for fish. Written by scripts/gen-reference.ts from the option tables and the table of keys; do not edit.
set -g __berth_system_keys 'lxc.default_config lxc.lxcpath lxc.bdev.lvm.vg lxc.bdev.lvm.thin_pool lxc.bdev.zfs.root lxc.bdev.rbd.rbdpool lxc.bdev.rbd.rbduser lxc.cgroup.pattern lxc.cgroup.use'
set -g __berth_all_keys \
    'lxc.arch'\t'Architecture the container\'s programs see (personality(2)). Unset: …' \
    'lxc.uts.name'\t'Host name inside. Unset: the name of the container is not used, the …' \
    'lxc.init.cmd'\t'Program that becomes pid 1, with its arguments; a path inside the …' \
    'lxc.init.cwd'\t'Working directory of init. Unset: /.' \
    'lxc.init.uid'\t'User id, inside, under which init runs.' \
    'lxc.init.gid'\t'Group id, inside, under which init runs.' \
    'lxc.init.groups'\t'Supplementary group ids of init. Unset: none at all.' \
    'lxc.execute.cmd'\t'Command that lxc-execute runs when it is given none.' \
    'lxc.environment'\t'Environment variable of init, of attached commands and of hooks that …' \
    'lxc.environment.runtime'\t'Environment variable of init and of attached commands only.' \
    'lxc.environment.hooks'\t'Environment variable of hooks only.' \
    'lxc.signal.halt'\t'Signal that asks init to shut down. Unset: SIGPWR, or SIGRTMIN+3 where …' \
    'lxc.signal.reboot'\t'Signal that asks init to reboot. Unset: SIGINT.' \
    'lxc.signal.stop'\t'Signal that ends the container at once. Unset: SIGKILL.' \
    'lxc.prlimit.cpu'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.fsize'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.data'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.stack'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.core'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.rss'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.nproc'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.nofile'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.memlock'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.as'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.locks'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.sigpending'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.msgqueue'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.nice'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.rtprio'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.prlimit.rttime'\t'Resource limit of init, by the name it has in setrlimit(2), in lower …' \
    'lxc.sysctl.kernel.shmmax'\t'Kernel parameter set inside before init starts: only those that a …' \
    'lxc.sysctl.net.ipv4.ip_forward'\t'Kernel parameter set inside before init starts: only those that a …' \
    'lxc.sysctl.net.ipv6.conf.all.forwarding'\t'Kernel parameter set inside before init starts: only those that a …' \
    'lxc.proc.oom_score_adj'\t'Written to the file of this name in init\'s /proc/PID, such as …' \
    'lxc.sched.core'\t'1: the container\'s tasks share a core only with each other (core …' \
    'lxc.ephemeral'\t'1: the container is destroyed when it stops.' \
    'lxc.start.auto'\t'1: lxc-autostart starts it at boot.' \
    'lxc.start.delay'\t'Seconds that lxc-autostart waits after it started this one.' \
    'lxc.start.order'\t'lxc-autostart starts the highest number first.' \
    'lxc.group'\t'Groups of containers this one belongs to; lxc-autostart and lxc-ls …' \
    'lxc.prlimit'\t'With an empty value: forgets all lxc.prlimit.* set so far.' \
    'lxc.sysctl'\t'With an empty value: forgets all lxc.sysctl.* set so far.' \
    'lxc.proc'\t'With an empty value: forgets all lxc.proc.* set so far.' \
    'lxc.tty.max'\t'How many /dev/ttyN the container has.' \
    'lxc.tty.dir'\t'Directory beneath /dev where the terminals really are; /dev/console …' \
    'lxc.pty.max'\t'How many pseudo terminals the container may open in its own devpts.' \
    'lxc.console.path'\t'Where the console of the container goes: a terminal, a file, or none. …' \
    'lxc.console.logfile'\t'File to which all output of the console is added.' \
    'lxc.console.size'\t'How large the log file of the console may become; the oldest output …' \
    'lxc.console.buffer.size'\t'Memory that keeps the last output of the console for lxc-console and …' \
    'lxc.console.rotate'\t'1: a full log file of the console is renamed to FILE.1 and a new one …' \
    'lxc.log.file'\t'File for the log of the container\'s monitor.' \
    'lxc.log.level'\t'What is logged: this level and everything graver.' \
    'lxc.log.syslog'\t'The log also goes to syslog, under this facility.' \
    'lxc.rootfs.path'\t'The container\'s root file system, a path that may be led by its kind …' \
    'lxc.rootfs.mount'\t'Directory on which the root file system is mounted while the container …' \
    'lxc.rootfs.options'\t'Options with which the root file system is mounted.' \
    'lxc.rootfs.managed'\t'0: the storage belongs to somebody else; destroying the container …' \
    'lxc.mount.entry'\t'One mount inside the container, a line as in fstab(5). The target is …' \
    'lxc.mount.fstab'\t'File with such lines, read at each start.' \
    'lxc.mount.auto'\t'Mounts LXC knows how to make: proc, sys, cgroup, shmounts. mixed: …' \
    'lxc.autodev'\t'1: /dev is a new tmpfs with the usual devices. 0: /dev is as the root …' \
    'lxc.autodev.tmpfs.size'\t'Size in bytes of the tmpfs on /dev. Unset or 0: 500000.' \
    'lxc.idmap'\t'A range of user (u) or group (g) ids inside and the ids on the host …' \
    'lxc.namespace.clone'\t'Namespaces the container gets of its own, out of cgroup ipc mnt net …' \
    'lxc.namespace.keep'\t'Namespaces the container shares with the one that starts it. Not …' \
    'lxc.namespace.share.cgroup'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.ipc'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.mnt'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.net'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.pid'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.time'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.user'\t'Takes this namespace from another container or process.' \
    'lxc.namespace.share.uts'\t'Takes this namespace from another container or process.' \
    'lxc.cap.drop'\t'Capabilities that nothing in the container can have. Not together with …' \
    'lxc.cap.keep'\t'The only capabilities that can be had in the container; none: not one. …' \
    'lxc.no_new_privs'\t'1: setuid bits and file capabilities give nothing inside …' \
    'lxc.seccomp.profile'\t'File that says which system calls are refused. Unset: none.' \
    'lxc.seccomp.allow_nesting'\t'1: the filter is added although the starter is already filtered.' \
    'lxc.seccomp.notify.proxy'\t'Unix socket that is asked about the system calls a profile marks with …' \
    'lxc.seccomp.notify.cookie'\t'Sent with each question to that socket.' \
    'lxc.apparmor.profile'\t'AppArmor profile of the container. Unset: lxc-container-default-cgns …' \
    'lxc.apparmor.allow_incomplete'\t'1: start also where the kernel\'s AppArmor cannot do all that is asked.' \
    'lxc.apparmor.allow_nesting'\t'1: a generated profile lets containers run inside the container.' \
    'lxc.apparmor.raw'\t'Line added to a generated profile.' \
    'lxc.selinux.context'\t'SELinux context of the container\'s processes. Unset: unconfined_t …' \
    'lxc.selinux.context.keyring'\t'SELinux context of the container\'s keyring.' \
    'lxc.keyring.session'\t'1: the container gets a session keyring of its own.' \
    'lxc.time.offset.boot'\t'How far the container\'s CLOCK_BOOTTIME is off the host\'s; makes a time …' \
    'lxc.time.offset.monotonic'\t'How far the container\'s CLOCK_MONOTONIC is off the host\'s; makes a …' \
    'lxc.cgroup.blkio.weight'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.cpu.shares'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.cpuset.cpus'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.devices.allow'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.devices.deny'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.memory.limit_in_bytes'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.memory.memsw.limit_in_bytes'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup.pids.max'\t'Written to this file of the container\'s cgroup, where the host has …' \
    'lxc.cgroup2.cpu.max'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.cpu.weight'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.cpuset.cpus'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.devices.allow'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.devices.deny'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.io.max'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.memory.high'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.memory.max'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.memory.swap.max'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup2.pids.max'\t'Written to this file of the container\'s cgroup v2. devices.allow and …' \
    'lxc.cgroup'\t'With an empty value: forgets all lxc.cgroup.* files set so far.' \
    'lxc.cgroup2'\t'With an empty value: forgets all lxc.cgroup2.* files set so far.' \
    'lxc.cgroup.dir'\t'Directory beneath which the container\'s cgroup is made.' \
    'lxc.cgroup.dir.monitor'\t'Cgroup of the monitor. Needs lxc.cgroup.dir.container, and excludes …' \
    'lxc.cgroup.dir.monitor.pivot'\t'Cgroup into which the monitor moves when the container\'s cgroup is …' \
    'lxc.cgroup.dir.container'\t'Cgroup of the container, where its limits are. Needs …' \
    'lxc.cgroup.dir.container.inner'\t'Directory below it that becomes the root of the container\'s cgroup …' \
    'lxc.cgroup.relative'\t'1: root\'s containers too are made below the starter\'s own cgroup.' \
    'lxc.net.N.type'\t'Kind of network: none shares the host\'s, empty has only a loopback, …' \
    'lxc.net.N.flags'\t'up: the interface is activated. Any other word counts as up, too.' \
    'lxc.net.N.link'\t'Interface of the host to which this one is attached: a bridge for …' \
    'lxc.net.N.name'\t'Name inside. Unset: the kernel\'s choice, ethN.' \
    'lxc.net.N.hwaddr'\t'Hardware address inside; each x becomes a random digit.' \
    'lxc.net.N.mtu'\t'Largest packet.' \
    'lxc.net.N.ipv4.address'\t'IPv4 address inside, with its prefix length, and the broadcast address …' \
    'lxc.net.N.ipv4.gateway'\t'Default IPv4 route inside; auto: the address of what it hangs on, dev: …' \
    'lxc.net.N.ipv6.address'\t'IPv6 address inside, with its prefix length.' \
    'lxc.net.N.ipv6.gateway'\t'Default IPv6 route inside; auto: the address of what it hangs on, dev: …' \
    'lxc.net.N.script.up'\t'Run on the host when the interface has been made.' \
    'lxc.net.N.script.down'\t'Run on the host before the interface goes.' \
    'lxc.net.N.veth.pair'\t'Name of the host\'s end. Only root\'s containers can choose it.' \
    'lxc.net.N.veth.mode'\t'bridge: the host\'s end joins the bridge of link. router: routes on the …' \
    'lxc.net.N.veth.n_rxqueues'\t'Number of receive queues.' \
    'lxc.net.N.veth.n_txqueues'\t'Number of transmit queues.' \
    'lxc.net.N.veth.ipv4.route'\t'Route on the host that leads to the container (mode router).' \
    'lxc.net.N.veth.ipv6.route'\t'Route on the host that leads to the container (mode router).' \
    'lxc.net.N.veth.vlan.id'\t'VLAN to whose untagged traffic the bridge port belongs; none: to no …' \
    'lxc.net.N.veth.vlan.tagged.id'\t'VLAN whose tagged traffic the bridge port carries.' \
    'lxc.net.N.macvlan.mode'\t'How interfaces on the same link reach each other.' \
    'lxc.net.N.ipvlan.mode'\t'Layer at which packets are switched.' \
    'lxc.net.N.ipvlan.isolation'\t'How interfaces on the same link reach each other.' \
    'lxc.net.N.vlan.id'\t'VLAN of an interface of type vlan.' \
    'lxc.net.N.l2proxy'\t'1: the host answers for the container\'s addresses on the link (ipvlan, …' \
    'lxc.net.N'\t'With an empty value: forgets this interface.' \
    'lxc.net'\t'With an empty value: forgets all interfaces set so far.' \
    'lxc.hook.pre-start'\t'Run on the host before anything else; when it fails the container does …' \
    'lxc.hook.pre-mount'\t'Run in the container\'s mount namespace before its root file system is …' \
    'lxc.hook.mount'\t'Run in the container\'s mount namespace after all mounts, before its …' \
    'lxc.hook.autodev'\t'Run when the new /dev is mounted and still empty.' \
    'lxc.hook.start-host'\t'Run on the host when the container is set up, just before init.' \
    'lxc.hook.start'\t'Run inside the container just before init.' \
    'lxc.hook.stop'\t'Run on the host when init has ended and the namespaces still exist.' \
    'lxc.hook.post-stop'\t'Run on the host when everything of the container is gone.' \
    'lxc.hook.clone'\t'Run when the container is copied, with the copy\'s root file system …' \
    'lxc.hook.destroy'\t'Run when the container is destroyed; when it fails nothing is …' \
    'lxc.hook.version'\t'How hooks are told what they are run for: 0 by arguments, 1 by …' \
    'lxc.hook'\t'With an empty value: forgets all hooks set so far.' \
    'lxc.monitor.unshare'\t'1: the monitor has a mount namespace of its own, made before hooks and …' \
    'lxc.monitor.signal.pdeath'\t'Signal init gets when the monitor dies; 0: none, the container lives …' \
    'lxc.include'\t'Reads another file in the place of this line. A directory may be …'

function __berth_values
    switch $argv[1]
        case 'lxc.arch'
            string split ' ' -- 'arm armel armhf armv7l athlon i386 i486 i586 i686 linux32 mips mipsel ppc powerpc x32 x86 aarch64 amd64 arm64 linux64 loongarch64 loong64 mips64 mips64el ppc64 ppc64el ppc64le powerpc64 riscv64 s390x x86_64'
        case 'lxc.signal.halt' 'lxc.signal.reboot' 'lxc.signal.stop' 'lxc.monitor.signal.pdeath'
            string split ' ' -- 'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGIOT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPOLL SIGPWR SIGSYS SIGUNUSED'
        case 'lxc.prlimit.cpu' 'lxc.prlimit.fsize' 'lxc.prlimit.data' 'lxc.prlimit.stack' 'lxc.prlimit.core' 'lxc.prlimit.rss' 'lxc.prlimit.nproc' 'lxc.prlimit.nofile' 'lxc.prlimit.memlock' 'lxc.prlimit.as' 'lxc.prlimit.locks' 'lxc.prlimit.sigpending' 'lxc.prlimit.msgqueue' 'lxc.prlimit.nice' 'lxc.prlimit.rtprio' 'lxc.prlimit.rttime'
            string split ' ' -- 'unlimited'
        case 'lxc.sched.core' 'lxc.ephemeral' 'lxc.start.auto' 'lxc.console.rotate' 'lxc.rootfs.managed' 'lxc.autodev' 'lxc.no_new_privs' 'lxc.seccomp.allow_nesting' 'lxc.apparmor.allow_incomplete' 'lxc.apparmor.allow_nesting' 'lxc.keyring.session' 'lxc.cgroup.relative' 'lxc.net.*.l2proxy' 'lxc.hook.version' 'lxc.monitor.unshare'
            string split ' ' -- '0 1'
        case 'lxc.console.path' 'lxc.net.*.veth.vlan.id'
            string split ' ' -- 'none'
        case 'lxc.console.size' 'lxc.console.buffer.size'
            string split ' ' -- 'auto'
        case 'lxc.log.level'
            string split ' ' -- 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL'
        case 'lxc.log.syslog'
            string split ' ' -- 'daemon local0 local1 local2 local3 local4 local5 local6 local7'
        case 'lxc.rootfs.path'
            string split ' ' -- 'aufs: btrfs: dir: loop: lvm: nbd: overlay: overlayfs: rbd: zfs:'
        case 'lxc.mount.auto'
            string split ' ' -- 'proc proc:mixed proc:rw sys sys:mixed sys:ro sys:rw cgroup cgroup:mixed cgroup:ro cgroup:rw cgroup-full cgroup-full:mixed cgroup-full:ro cgroup-full:rw cgroup2 cgroup2:ro'
        case 'lxc.namespace.clone' 'lxc.namespace.keep'
            string split ' ' -- 'cgroup ipc mnt net pid time user uts'
        case 'lxc.cap.drop'
            string split ' ' -- 'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'
        case 'lxc.cap.keep'
            string split ' ' -- 'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore none'
        case 'lxc.apparmor.profile'
            string split ' ' -- 'generated unchanged unconfined'
        case 'lxc.net.*.type'
            string split ' ' -- 'none empty veth macvlan ipvlan vlan phys'
        case 'lxc.net.*.flags'
            string split ' ' -- 'up'
        case 'lxc.net.*.ipv4.gateway' 'lxc.net.*.ipv6.gateway'
            string split ' ' -- 'auto dev'
        case 'lxc.net.*.veth.mode'
            string split ' ' -- 'bridge router'
        case 'lxc.net.*.macvlan.mode'
            string split ' ' -- 'private vepa bridge passthru'
        case 'lxc.net.*.ipvlan.mode'
            string split ' ' -- 'l3 l3s l2'
        case 'lxc.net.*.ipvlan.isolation'
            string split ' ' -- 'bridge private vepa'
    end
end

function __berth_takes
    switch $argv[1]
        case 'lxc-attach'
            string split ' ' -- '-n --name -a --arch -s --namespaces -L --pty-log -v --set-var --keep-var -f --rcfile -u --uid -g --gid -c --context -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-cgroup'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-console'
            string split ' ' -- '-n --name -t --tty -e --escape --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-copy'
            string split ' ' -- '-n --name -N --newname -p --newpath -B --backingstorage -L --fssize -m --mount -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-create'
            string split ' ' -- '-n --name -t --template -f --config -B --bdev --dir --lvname --vgname --thinpool --rbdname --rbdpool --rbduser --zfsroot --fstype --fssize -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-destroy'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-execute'
            string split ' ' -- '-n --name -f --rcfile -s --define -u --uid -g --gid --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-freeze'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-info'
            string split ' ' -- '-n --name -c --config --rcfile --format -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-net'
            string split ' ' -- '-o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-ls'
            string split ' ' -- '-n --name -F --fancy-format --filter -g --groups --rcfile --format -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-monitor'
            string split ' ' -- '-n --name -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-snapshot'
            string split ' ' -- '-n --name -c --comment -r --restore -N --newname -d --destroy --format --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-start'
            string split ' ' -- '-n --name -p --pidfile -f --rcfile -c --console -L --console-log --escape -s --define --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-stop'
            string split ' ' -- '-n --name -t --timeout --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-top'
            string split ' ' -- '-d --delay -s --sort -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-unfreeze'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-unpriv-attach'
            string split ' ' -- '-n --name -a --arch -s --namespaces -L --pty-log -v --set-var --keep-var -f --rcfile -u --uid -g --gid -c --context -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-unpriv-start'
            string split ' ' -- '-n --name -p --pidfile -f --rcfile -c --console -L --console-log --escape -s --define --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-unshare'
            string split ' ' -- '-s --namespaces -u --user -H --hostname -i --ifname -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-update-config'
            string split ' ' -- '-c --config -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-usernsexec'
            string split ' ' -- '-m --map -u --uid -g --gid -o --logfile -l --logpriority -P --lxcpath'
        case 'lxc-wait'
            string split ' ' -- '-n --name -s --state -t --timeout --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth create'
            string split ' ' -- '-n --name -t --template -f --config -B --bdev --dir --lvname --vgname --thinpool --rbdname --rbdpool --rbduser --zfsroot --fstype --fssize -o --logfile -l --logpriority -P --lxcpath'
        case 'berth start'
            string split ' ' -- '-n --name -p --pidfile -f --rcfile -c --console -L --console-log --escape -s --define --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'berth run'
            string split ' ' -- '-n --name -f --rcfile -s --define -u --uid -g --gid --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'berth exec'
            string split ' ' -- '-n --name -a --arch -s --namespaces -L --pty-log -v --set-var --keep-var -f --rcfile -u --uid -g --gid -c --context -o --logfile -l --logpriority -P --lxcpath'
        case 'berth shell'
            string split ' ' -- '-n --name -a --arch -s --namespaces -L --pty-log -v --set-var --keep-var -f --rcfile -u --uid -g --gid -c --context -o --logfile -l --logpriority -P --lxcpath'
        case 'berth console'
            string split ' ' -- '-n --name -t --tty -e --escape --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth stop'
            string split ' ' -- '-n --name -t --timeout --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth freeze'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth unfreeze'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth ls'
            string split ' ' -- '-n --name -F --fancy-format --filter -g --groups --rcfile --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth info'
            string split ' ' -- '-n --name -c --config --rcfile --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth top'
            string split ' ' -- '-d --delay -s --sort -o --logfile -l --logpriority -P --lxcpath'
        case 'berth wait'
            string split ' ' -- '-n --name -s --state -t --timeout --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth copy'
            string split ' ' -- '-n --name -N --newname -p --newpath -B --backingstorage -L --fssize -m --mount -o --logfile -l --logpriority -P --lxcpath'
        case 'berth rename'
            string split ' ' -- '-n --name -N --newname -p --newpath -B --backingstorage -L --fssize -m --mount -o --logfile -l --logpriority -P --lxcpath'
        case 'berth snapshot'
            string split ' ' -- '-n --name -c --comment -r --restore -N --newname -d --destroy --format --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth rm'
            string split ' ' -- '-n --name --rcfile -o --logfile -l --logpriority -P --lxcpath'
        case 'berth explain'
            string split ' ' -- '-n --name -p --pidfile -f --rcfile -c --console -L --console-log --escape -s --define --share-net --share-ipc --share-uts --share-pid -o --logfile -l --logpriority -P --lxcpath'
        case 'berth why'
            string split ' ' -- '-n --name -o --logfile -l --logpriority -P --lxcpath'
        case 'berth stats'
            string split ' ' -- '-d --delay --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth events'
            string split ' ' -- '--format -c --count -o --logfile -l --logpriority -P --lxcpath'
        case 'berth setup'
            string split ' ' -- '--bridge --nics --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth doctor'
            string split ' ' -- '-u --user --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config get'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config set'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config unset'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config list'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config show'
            string split ' ' -- '-n --name -f --file -s --define --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config fix'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
        case 'berth config lint'
            string split ' ' -- '-n --name -f --file --format -o --logfile -l --logpriority -P --lxcpath'
    end
end

function __berth_names
    switch $argv[1]
        case 'lxc-attach'
            string split ' ' -- '-n --name'
        case 'lxc-cgroup'
            string split ' ' -- '-n --name'
        case 'lxc-console'
            string split ' ' -- '-n --name'
        case 'lxc-copy'
            string split ' ' -- '-n --name'
        case 'lxc-create'
            string split ' ' -- '-n --name'
        case 'lxc-destroy'
            string split ' ' -- '-n --name'
        case 'lxc-execute'
            string split ' ' -- '-n --name'
        case 'lxc-freeze'
            string split ' ' -- '-n --name'
        case 'lxc-info'
            string split ' ' -- '-n --name'
        case 'lxc-ls'
            string split ' ' -- '-n --name'
        case 'lxc-monitor'
            string split ' ' -- '-n --name'
        case 'lxc-snapshot'
            string split ' ' -- '-n --name'
        case 'lxc-start'
            string split ' ' -- '-n --name'
        case 'lxc-stop'
            string split ' ' -- '-n --name'
        case 'lxc-unfreeze'
            string split ' ' -- '-n --name'
        case 'lxc-unpriv-attach'
            string split ' ' -- '-n --name'
        case 'lxc-unpriv-start'
            string split ' ' -- '-n --name'
        case 'lxc-wait'
            string split ' ' -- '-n --name'
        case 'berth create'
            string split ' ' -- '-n --name'
        case 'berth start'
            string split ' ' -- '-n --name'
        case 'berth run'
            string split ' ' -- '-n --name'
        case 'berth exec'
            string split ' ' -- '-n --name'
        case 'berth shell'
            string split ' ' -- '-n --name'
        case 'berth console'
            string split ' ' -- '-n --name'
        case 'berth stop'
            string split ' ' -- '-n --name'
        case 'berth freeze'
            string split ' ' -- '-n --name'
        case 'berth unfreeze'
            string split ' ' -- '-n --name'
        case 'berth ls'
            string split ' ' -- '-n --name'
        case 'berth info'
            string split ' ' -- '-n --name'
        case 'berth wait'
            string split ' ' -- '-n --name'
        case 'berth copy'
            string split ' ' -- '-n --name'
        case 'berth rename'
            string split ' ' -- '-n --name'
        case 'berth snapshot'
            string split ' ' -- '-n --name'
        case 'berth rm'
            string split ' ' -- '-n --name'
        case 'berth explain'
            string split ' ' -- '-n --name'
        case 'berth why'
            string split ' ' -- '-n --name'
        case 'berth config get'
            string split ' ' -- '-n --name -f --file'
        case 'berth config set'
            string split ' ' -- '-n --name -f --file'
        case 'berth config unset'
            string split ' ' -- '-n --name -f --file'
        case 'berth config list'
            string split ' ' -- '-n --name -f --file'
        case 'berth config show'
            string split ' ' -- '-n --name -f --file'
        case 'berth config fix'
            string split ' ' -- '-n --name -f --file'
        case 'berth config lint'
            string split ' ' -- '-n --name -f --file'
    end
end


function __berth_is
    test (__berth_word command) = $argv[1]
end

# The command with its verbs; the number of the word that is typed, of those that are no options; the last of them.
function __berth_word
    set -l words (commandline -opc)
    set -l command (path basename -- $words[1])
    set -e words[1]
    if test $command = berth; and set -q words[1]
        set command "berth $words[1]"
        set -e words[1]
        if test $command = 'berth config'; and set -q words[1]
            set command "berth config $words[1]"
            set -e words[1]
        end
    end
    if test $argv[1] = command
        echo $command
        return
    end
    set -l takes (__berth_takes $command)
    set -l names (__berth_names $command)
    set -l number 1
    set -l pending 0
    set -l last
    for word in $words
        if test $pending = 1
            set pending 0
            continue
        end
        if string match -qr '^-' -- $word
            contains -- $word $takes; and set pending 1
            contains -- (string replace -r '=.*' '' -- $word) $names; and test $number = 1; and set number 2
        else
            set number (math $number + 1)
            set last $word
        end
    end
    test $argv[1] = number; and echo $number; or echo $last
end

function __berth_containers
    set -l words (commandline -opc)
    set -l at (contains -i -- -P $words; or contains -i -- --lxcpath $words)
    set -l place
    test -n "$at"; and set -q words[(math $at + 1)]; and set place -P $words[(math $at + 1)]
    lxc-ls -1 $place 2>/dev/null
end

function __berth_subjects
    __berth_containers
    string split ' ' -- $__berth_system_keys
end

# What is typed of a key, behind --define= where it is there
function __berth_typed
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end

# N is the number that is typed, or 0
function __berth_keys
    set -l number (string match -r '^lxc\\.net\\.([0-9]+)' -- (__berth_typed))[2]
    test -n "$number"; or set number 0
    string replace '.N' ".$number" -- $__berth_all_keys
end

function __berth_assignments
    set -l typed (__berth_typed)
    if string match -q '*=*' -- $typed
        set -l key (string split -m 1 = -- $typed)[1]
        string replace -r '^' "$key=" -- (__berth_values $key)
    else
        string replace -r '\t' '=\t' -- (__berth_keys)
    end
end

complete -c lxc-attach -f
complete -c lxc-cgroup -f
complete -c lxc-config -f
complete -c lxc-console -f
complete -c lxc-copy -f
complete -c lxc-create -f
complete -c lxc-destroy -f
complete -c lxc-execute -f
complete -c lxc-freeze -f
complete -c lxc-info -f
complete -c lxc-net -f
complete -c lxc-ls -f
complete -c lxc-monitor -f
complete -c lxc-snapshot -f
complete -c lxc-start -f
complete -c lxc-stop -f
complete -c lxc-top -f
complete -c lxc-unfreeze -f
complete -c lxc-unpriv-attach -f
complete -c lxc-unpriv-start -f
complete -c lxc-unshare -f
complete -c lxc-update-config -f
complete -c lxc-usernsexec -f
complete -c lxc-wait -f
complete -c berth -f
complete -c berth -n '__berth_is berth' -a create -d 'make a container'
complete -c berth -n '__berth_is berth' -a start -d 'start it in the background'
complete -c berth -n '__berth_is berth' -a run -d 'run one command in a container made for it'
complete -c berth -n '__berth_is berth' -a exec -d 'run a command in it'
complete -c berth -n '__berth_is berth' -a shell -d 'a shell in it'
complete -c berth -n '__berth_is berth' -a console -d 'a login on it; <Ctrl+a q> leaves'
complete -c berth -n '__berth_is berth' -a stop -d 'stop it'
complete -c berth -n '__berth_is berth' -a freeze -d 'stop it where it is, in memory'
complete -c berth -n '__berth_is berth' -a unfreeze -d 'let it go on'
complete -c berth -n '__berth_is berth' -a ls -d 'list containers'
complete -c berth -n '__berth_is berth' -a info -d 'state, addresses, usage, last exit'
complete -c berth -n '__berth_is berth' -a top -d 'what the running ones use, on a screen'
complete -c berth -n '__berth_is berth' -a wait -d 'wait for a state'
complete -c berth -n '__berth_is berth' -a copy -d 'make one like it'
complete -c berth -n '__berth_is berth' -a rename -d 'give it another name'
complete -c berth -n '__berth_is berth' -a snapshot -d 'keep it as it is now'
complete -c berth -n '__berth_is berth' -a rm -d 'remove it'
complete -c berth -n '__berth_is berth' -a explain -d 'show the plan of its start, and do nothing'
complete -c berth -n '__berth_is berth' -a why -d 'why its last start failed, or how its last run ended'
complete -c berth -n '__berth_is berth' -a stats -d 'what running containers use; --follow, --format'
complete -c berth -n '__berth_is berth' -a events -d 'tell each state that containers come to'
complete -c berth -n '__berth_is berth' -a config -d 'read and change its config: berth config --help'
complete -c berth -n '__berth_is berth' -a setup -d 'make a user ready for containers, or undo that'
complete -c berth -n '__berth_is berth' -a doctor -d 'try what containers need, and say what is missing'
complete -c berth -n '__berth_is berth' -a version -d 'of Berth'
complete -c berth -n '__berth_is berth' -a help -d 'the verbs'
complete -c berth -n "__berth_is 'berth config'" -a get -d 'its value; also of a system key such as lxc.lxcpath'
complete -c berth -n "__berth_is 'berth config'" -a set -d 'set a key, or add to a list'
complete -c berth -n "__berth_is 'berth config'" -a unset -d 'take a key\'s lines out'
complete -c berth -n "__berth_is 'berth config'" -a list -d 'the keys that are set'
complete -c berth -n "__berth_is 'berth config'" -a show -d 'the keys, and the line that each comes from'
complete -c berth -n "__berth_is 'berth config'" -a fix -d 'old key names become those of today, slips are mended'
complete -c berth -n "__berth_is 'berth config'" -a lint -d 'what in it fails, does nothing, or opens the wall'
complete -c lxc-attach -n '__berth_is \'lxc-attach\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-attach -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-attach -s 'e' -l elevated-privileges -d 'keep what the caller has instead of these confinements of the …'
complete -c lxc-attach -s 'a' -l arch -x -d 'architecture that the command sees, e.g. i686'
complete -c lxc-attach -s 's' -l namespaces -x -d 'enter only these, separated by |: MOUNT PID UTSNAME IPC USER NETWORK …'
complete -c lxc-attach -s 'R' -l remount-sys-proc -d 'with -s and without MOUNT: mount /proc and /sys anew, so that they …'
complete -c lxc-attach -l clear-env -d 'start with a minimal environment'
complete -c lxc-attach -l keep-env -d 'start with the caller\'s environment (default)'
complete -c lxc-attach -s 'L' -l pty-log -r -F -d 'append what the terminal shows to FILE'
complete -c lxc-attach -s 'v' -l set-var -x -d 'set a variable; may be repeated'
complete -c lxc-attach -l keep-var -x -d 'keep this variable in spite of --clear-env; may be repeated'
complete -c lxc-attach -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-attach -s 'u' -l uid -x -d 'run as this user id of the container'
complete -c lxc-attach -s 'g' -l gid -x -d 'run as this group id of the container'
complete -c lxc-attach -s 'c' -l context -x -d 'SELinux context to run in'
complete -c lxc-attach -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-attach -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-attach -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-attach -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-attach -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-attach -s 'h' -l help -d 'this text'
complete -c lxc-attach -l usage -d 'the options in short'
complete -c lxc-attach -l version -d 'the LXC release this command is compatible with'
complete -c lxc-cgroup -n '__berth_is \'lxc-cgroup\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-cgroup -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-cgroup -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-cgroup -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-cgroup -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-cgroup -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-cgroup -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-cgroup -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-cgroup -s 'h' -l help -d 'this text'
complete -c lxc-cgroup -l usage -d 'the options in short'
complete -c lxc-cgroup -l version -d 'the LXC release this command is compatible with'
complete -c lxc-config -n '__berth_is \'lxc-config\'; and test (__berth_word number) -eq 1' -x -a '-l lxc.default_config lxc.lxcpath lxc.bdev.lvm.vg lxc.bdev.lvm.thin_pool lxc.bdev.zfs.root lxc.bdev.rbd.rbdpool lxc.bdev.rbd.rbduser lxc.cgroup.pattern lxc.cgroup.use'
complete -c lxc-console -n '__berth_is \'lxc-console\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-console -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-console -s 't' -l tty -x -d '0 is /dev/console, 1 is /dev/tty1 (default: the first free tty)'
complete -c lxc-console -s 'e' -l escape -x -d 'the key after which q leaves: a letter for Ctrl and that letter, ^b or …'
complete -c lxc-console -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-console -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-console -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-console -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-console -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-console -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-console -s 'h' -l help -d 'this text'
complete -c lxc-console -l usage -d 'the options in short'
complete -c lxc-console -l version -d 'the LXC release this command is compatible with'
complete -c lxc-copy -n '__berth_is \'lxc-copy\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-copy -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-copy -s 'N' -l newname -x -d 'name of the copy'
complete -c lxc-copy -s 'p' -l newpath -x -a '(__fish_complete_directories)' -d 'directory of containers that the copy goes to (default: the same)'
complete -c lxc-copy -s 'R' -l rename -d 'give the container the new name'
complete -c lxc-copy -s 's' -l snapshot -d 'do not copy: put a layer above the container\'s own files (overlay)'
complete -c lxc-copy -s 'a' -l allowrunning -d 'also while the container runs: its files as they are'
complete -c lxc-copy -s 'B' -l backingstorage -x -a 'dir' -d 'where the copy\'s root file system is kept: dir or overlay (default: as …'
complete -c lxc-copy -s 'L' -l fssize -x -d 'size of a block device for the copy'
complete -c lxc-copy -s 'K' -l keepname -d 'leave the host name as it is'
complete -c lxc-copy -s 'M' -l keepmac -d 'leave the hardware addresses as they are'
complete -c lxc-copy -s 'D' -l keepdata -d 'with -e: keep it when it has ended'
complete -c lxc-copy -s 'e' -l ephemeral -d 'start a snapshot that is gone when it has ended'
complete -c lxc-copy -s 'm' -l mount -x -d 'with -e: mount it there'
complete -c lxc-copy -s 'F' -l foreground -d 'with -e: stay in the foreground'
complete -c lxc-copy -s 'd' -l daemon -d 'with -e: start it in the background (default)'
complete -c lxc-copy -s 't' -l tmpfs -d 'with -e: what it writes goes to memory'
complete -c lxc-copy -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-copy -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-copy -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-copy -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-copy -s 'h' -l help -d 'this text'
complete -c lxc-copy -l usage -d 'the options in short'
complete -c lxc-copy -l version -d 'the LXC release this command is compatible with'
complete -c lxc-create -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-create -s 't' -l template -r -F -d 'what makes the root file system: a template\'s name, the path of a …'
complete -c lxc-create -s 'f' -l config -r -F -d 'config to begin with (default: lxc-config lxc.default_config)'
complete -c lxc-create -s 'B' -l bdev -x -a 'dir' -d 'where the root file system is kept (default: dir)'
complete -c lxc-create -l dir -x -a '(__fish_complete_directories)' -d 'with -B dir: directory of the root file system'
complete -c lxc-create -l lvname -x -d 'with -B lvm: logical volume (default: the container\'s name)'
complete -c lxc-create -l vgname -x -d 'with -B lvm: volume group (default: lxc)'
complete -c lxc-create -l thinpool -x -d 'with -B lvm: thin pool (default: lxc)'
complete -c lxc-create -l rbdname -x -d 'with -B rbd: image (default: the container\'s name)'
complete -c lxc-create -l rbdpool -x -d 'with -B rbd: pool (default: lxc)'
complete -c lxc-create -l rbduser -x -a '(__fish_complete_users)' -d 'with -B rbd: user'
complete -c lxc-create -l zfsroot -x -d 'with -B zfs: parent of the dataset (default: lxc)'
complete -c lxc-create -l fstype -x -d 'with -B lvm, loop or rbd: file system to make (default: ext4)'
complete -c lxc-create -l fssize -x -d 'with -B lvm, loop or rbd: its size, unit one of bBkKmMgGtT (default: …'
complete -c lxc-create -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c lxc-create -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-create -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-create -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-create -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-create -s 'h' -l help -d 'this text'
complete -c lxc-create -l usage -d 'the options in short'
complete -c lxc-create -l version -d 'the LXC release this command is compatible with'
complete -c lxc-destroy -n '__berth_is \'lxc-destroy\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-destroy -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-destroy -s 's' -l snapshots -d 'its snapshots too'
complete -c lxc-destroy -s 'f' -l force -d 'kill it first when it is running'
complete -c lxc-destroy -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-destroy -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-destroy -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-destroy -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-destroy -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-destroy -s 'h' -l help -d 'this text'
complete -c lxc-destroy -l usage -d 'the options in short'
complete -c lxc-destroy -l version -d 'the LXC release this command is compatible with'
complete -c lxc-execute -n '__berth_is \'lxc-execute\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-execute -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-execute -s 'd' -l daemon -d 'run in the background'
complete -c lxc-execute -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-execute -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c lxc-execute -s 'u' -l uid -x -d 'run the command as this user id of the container'
complete -c lxc-execute -s 'g' -l gid -x -d 'run the command as this group id of the container'
complete -c lxc-execute -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c lxc-execute -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c lxc-execute -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c lxc-execute -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c lxc-execute -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c lxc-execute -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-execute -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-execute -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-execute -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-execute -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-execute -s 'h' -l help -d 'this text'
complete -c lxc-execute -l usage -d 'the options in short'
complete -c lxc-execute -l version -d 'the LXC release this command is compatible with'
complete -c lxc-freeze -n '__berth_is \'lxc-freeze\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-freeze -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-freeze -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-freeze -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-freeze -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-freeze -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-freeze -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-freeze -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-freeze -s 'h' -l help -d 'this text'
complete -c lxc-freeze -l usage -d 'the options in short'
complete -c lxc-freeze -l version -d 'the LXC release this command is compatible with'
complete -c lxc-info -n '__berth_is \'lxc-info\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-info -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-info -s 'c' -l config -x -a '(__berth_keys)' -d 'the value of a config key; may be repeated'
complete -c lxc-info -s 'i' -l ips -d 'its addresses'
complete -c lxc-info -s 'p' -l pid -d 'the process id of its init'
complete -c lxc-info -s 'S' -l stats -d 'what it uses: CPU, disk, memory, network'
complete -c lxc-info -s 'H' -l no-humanize -d 'plain numbers; with one of the other options, no label either'
complete -c lxc-info -s 's' -l state -d 'its state'
complete -c lxc-info -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-info -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c lxc-info -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-info -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-info -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-info -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-info -s 'h' -l help -d 'this text'
complete -c lxc-info -l usage -d 'the options in short'
complete -c lxc-info -l version -d 'the LXC release this command is compatible with'
complete -c lxc-net -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-net -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-net -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-net -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-net -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-net -s 'h' -l help -d 'this text'
complete -c lxc-net -l usage -d 'the options in short'
complete -c lxc-net -l version -d 'the LXC release this command is compatible with'
complete -c lxc-ls -s 'n' -l name -x -a '(__berth_containers)' -d 'ignored, as in LXC'
complete -c lxc-ls -s '1' -l line -d 'one name per line'
complete -c lxc-ls -s 'f' -l fancy -d 'a table'
complete -c lxc-ls -s 'F' -l fancy-format -x -d 'the table\'s columns, separated by commas: NAME STATE PID RAM SWAP …'
complete -c lxc-ls -l active -d 'only those that are not stopped'
complete -c lxc-ls -l running -d 'only running ones'
complete -c lxc-ls -l frozen -d 'only frozen ones'
complete -c lxc-ls -l stopped -d 'only stopped ones'
complete -c lxc-ls -l defined -d 'only those with a config'
complete -c lxc-ls -l nesting -d 'containers in containers (not there yet)'
complete -c lxc-ls -l filter -x -d 'only names that an extended regular expression matches'
complete -c lxc-ls -s 'g' -l groups -x -d 'only those in all of these groups, separated by commas'
complete -c lxc-ls -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-ls -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c lxc-ls -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-ls -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-ls -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-ls -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-ls -s 'h' -l help -d 'this text'
complete -c lxc-ls -l usage -d 'the options in short'
complete -c lxc-ls -l version -d 'the LXC release this command is compatible with'
complete -c lxc-monitor -s 'n' -l name -x -a '(__berth_containers)' -d 'only containers whose whole name this extended regular expression …'
complete -c lxc-monitor -s 'Q' -l quit -d 'nothing: it tells LXC\'s lxc-monitord to end, and there is none here'
complete -c lxc-monitor -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-monitor -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-monitor -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-monitor -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-monitor -s 'h' -l help -d 'this text'
complete -c lxc-monitor -l usage -d 'the options in short'
complete -c lxc-monitor -l version -d 'the LXC release this command is compatible with'
complete -c lxc-snapshot -n '__berth_is \'lxc-snapshot\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-snapshot -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-snapshot -s 'L' -l list -d 'list the snapshots'
complete -c lxc-snapshot -s 'C' -l showcomments -d 'with -L: and their comments'
complete -c lxc-snapshot -s 'c' -l comment -r -F -d 'note what is in FILE with the new snapshot'
complete -c lxc-snapshot -s 'r' -l restore -x -d 'put the container back to this snapshot'
complete -c lxc-snapshot -s 'N' -l newname -x -d 'with -r: make a new container of it; may also be the last word'
complete -c lxc-snapshot -s 'd' -l destroy -x -d 'remove this snapshot, or ALL'
complete -c lxc-snapshot -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c lxc-snapshot -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-snapshot -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-snapshot -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-snapshot -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-snapshot -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-snapshot -s 'h' -l help -d 'this text'
complete -c lxc-snapshot -l usage -d 'the options in short'
complete -c lxc-snapshot -l version -d 'the LXC release this command is compatible with'
complete -c lxc-start -n '__berth_is \'lxc-start\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-start -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-start -s 'd' -l daemon -d 'run in the background; success means that init has been executed …'
complete -c lxc-start -s 'F' -l foreground -d 'this terminal is the container\'s console'
complete -c lxc-start -s 'p' -l pidfile -r -F -d 'write the monitor\'s process id to FILE'
complete -c lxc-start -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-start -s 'c' -l console -r -F -d 'device or file that is the container\'s console'
complete -c lxc-start -s 'L' -l console-log -r -F -d 'also write what the console prints to FILE'
complete -c lxc-start -l escape -x -d 'with -F on a terminal: the key after which q leaves the container …'
complete -c lxc-start -s 'C' -l close-all-fds -d 'do not hand open file descriptors on (a daemon never does)'
complete -c lxc-start -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c lxc-start -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c lxc-start -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c lxc-start -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c lxc-start -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c lxc-start -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c lxc-start -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-start -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-start -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-start -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-start -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-start -s 'h' -l help -d 'this text'
complete -c lxc-start -l usage -d 'the options in short'
complete -c lxc-start -l version -d 'the LXC release this command is compatible with'
complete -c lxc-stop -n '__berth_is \'lxc-stop\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-stop -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-stop -s 'r' -l reboot -d 'reboot it'
complete -c lxc-stop -s 'W' -l nowait -d 'ask, and do not wait for the end'
complete -c lxc-stop -s 't' -l timeout -x -d 'how long to wait before killing it (default 60; -1: for ever)'
complete -c lxc-stop -s 'k' -l kill -d 'kill it at once instead of asking'
complete -c lxc-stop -l nokill -d 'only ask, never kill after the timeout'
complete -c lxc-stop -l nolock -d 'with -k: even when another command holds the container\'s lock'
complete -c lxc-stop -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-stop -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-stop -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-stop -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-stop -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-stop -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-stop -s 'h' -l help -d 'this text'
complete -c lxc-stop -l usage -d 'the options in short'
complete -c lxc-stop -l version -d 'the LXC release this command is compatible with'
complete -c lxc-top -s 'd' -l delay -x -d 'between two looks (default: 3, with -b 300)'
complete -c lxc-top -s 'b' -l batch -d 'lines for a program instead of a screen: comma-separated, a heading …'
complete -c lxc-top -s 's' -l sort -x -a 'n c b m s k' -d 'n name (default), c CPU, b block I/O, m memory, s memory and swap, k …'
complete -c lxc-top -s 'r' -l reverse -d 'the other way round'
complete -c lxc-top -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-top -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-top -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-top -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-top -s 'h' -l help -d 'this text'
complete -c lxc-top -l usage -d 'the options in short'
complete -c lxc-top -l version -d 'the LXC release this command is compatible with'
complete -c lxc-unfreeze -n '__berth_is \'lxc-unfreeze\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-unfreeze -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-unfreeze -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-unfreeze -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-unfreeze -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-unfreeze -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-unfreeze -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-unfreeze -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-unfreeze -s 'h' -l help -d 'this text'
complete -c lxc-unfreeze -l usage -d 'the options in short'
complete -c lxc-unfreeze -l version -d 'the LXC release this command is compatible with'
complete -c lxc-unpriv-attach -n '__berth_is \'lxc-unpriv-attach\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-unpriv-attach -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-unpriv-attach -s 'e' -l elevated-privileges -d 'keep what the caller has instead of these confinements of the …'
complete -c lxc-unpriv-attach -s 'a' -l arch -x -d 'architecture that the command sees, e.g. i686'
complete -c lxc-unpriv-attach -s 's' -l namespaces -x -d 'enter only these, separated by |: MOUNT PID UTSNAME IPC USER NETWORK …'
complete -c lxc-unpriv-attach -s 'R' -l remount-sys-proc -d 'with -s and without MOUNT: mount /proc and /sys anew, so that they …'
complete -c lxc-unpriv-attach -l clear-env -d 'start with a minimal environment'
complete -c lxc-unpriv-attach -l keep-env -d 'start with the caller\'s environment (default)'
complete -c lxc-unpriv-attach -s 'L' -l pty-log -r -F -d 'append what the terminal shows to FILE'
complete -c lxc-unpriv-attach -s 'v' -l set-var -x -d 'set a variable; may be repeated'
complete -c lxc-unpriv-attach -l keep-var -x -d 'keep this variable in spite of --clear-env; may be repeated'
complete -c lxc-unpriv-attach -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-unpriv-attach -s 'u' -l uid -x -d 'run as this user id of the container'
complete -c lxc-unpriv-attach -s 'g' -l gid -x -d 'run as this group id of the container'
complete -c lxc-unpriv-attach -s 'c' -l context -x -d 'SELinux context to run in'
complete -c lxc-unpriv-attach -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-unpriv-attach -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-unpriv-attach -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-unpriv-attach -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-unpriv-attach -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-unpriv-attach -s 'h' -l help -d 'this text'
complete -c lxc-unpriv-attach -l usage -d 'the options in short'
complete -c lxc-unpriv-attach -l version -d 'the LXC release this command is compatible with'
complete -c lxc-unpriv-start -n '__berth_is \'lxc-unpriv-start\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-unpriv-start -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-unpriv-start -s 'd' -l daemon -d 'run in the background; success means that init has been executed …'
complete -c lxc-unpriv-start -s 'F' -l foreground -d 'this terminal is the container\'s console'
complete -c lxc-unpriv-start -s 'p' -l pidfile -r -F -d 'write the monitor\'s process id to FILE'
complete -c lxc-unpriv-start -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-unpriv-start -s 'c' -l console -r -F -d 'device or file that is the container\'s console'
complete -c lxc-unpriv-start -s 'L' -l console-log -r -F -d 'also write what the console prints to FILE'
complete -c lxc-unpriv-start -l escape -x -d 'with -F on a terminal: the key after which q leaves the container …'
complete -c lxc-unpriv-start -s 'C' -l close-all-fds -d 'do not hand open file descriptors on (a daemon never does)'
complete -c lxc-unpriv-start -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c lxc-unpriv-start -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c lxc-unpriv-start -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c lxc-unpriv-start -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c lxc-unpriv-start -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c lxc-unpriv-start -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c lxc-unpriv-start -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-unpriv-start -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-unpriv-start -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-unpriv-start -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-unpriv-start -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-unpriv-start -s 'h' -l help -d 'this text'
complete -c lxc-unpriv-start -l usage -d 'the options in short'
complete -c lxc-unpriv-start -l version -d 'the LXC release this command is compatible with'
complete -c lxc-unshare -n '__berth_is \'lxc-unshare\'; and test (__berth_word number) -eq 1' -x -a '(__fish_complete_command)'
complete -c lxc-unshare -s 's' -l namespaces -x -d 'which to make, separated by |: MOUNT PID UTSNAME IPC USER NETWORK …'
complete -c lxc-unshare -s 'u' -l user -x -a '(__fish_complete_users)' -d 'id or name to become, with USER'
complete -c lxc-unshare -s 'H' -l hostname -x -d 'host name, with UTSNAME'
complete -c lxc-unshare -s 'i' -l ifname -x -d 'move this network interface in, with NETWORK; may be repeated'
complete -c lxc-unshare -s 'd' -l daemon -d 'do not wait for the command'
complete -c lxc-unshare -s 'M' -l remount -d 'with MOUNT: mount /proc, /dev/shm and /dev/mqueue anew'
complete -c lxc-unshare -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-unshare -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-unshare -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-unshare -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-unshare -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-unshare -s 'h' -l help -d 'this text'
complete -c lxc-unshare -l usage -d 'the options in short'
complete -c lxc-unshare -l version -d 'the LXC release this command is compatible with'
complete -c lxc-update-config -s 'c' -l config -r -F -d 'the config file'
complete -c lxc-update-config -l dry-run -d 'print what would change as a diff, and change nothing'
complete -c lxc-update-config -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-update-config -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-update-config -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-update-config -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-update-config -s 'h' -l help -d 'this text'
complete -c lxc-update-config -l usage -d 'the options in short'
complete -c lxc-update-config -l version -d 'the LXC release this command is compatible with'
complete -c lxc-usernsexec -n '__berth_is \'lxc-usernsexec\'; and test (__berth_word number) -eq 1' -x -a '(__fish_complete_command)'
complete -c lxc-usernsexec -s 'm' -l map -x -d '[u:|g:|b:]NS:HOST:RANGE, for user ids, group ids or both (default: …'
complete -c lxc-usernsexec -s 's' -l map-self -d 'map the caller\'s own ids as well'
complete -c lxc-usernsexec -s 'u' -l uid -x -d 'user id in the namespace (default 0)'
complete -c lxc-usernsexec -s 'g' -l gid -x -d 'group id in the namespace (default 0)'
complete -c lxc-usernsexec -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c lxc-usernsexec -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-usernsexec -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-usernsexec -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-usernsexec -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-usernsexec -s 'h' -l help -d 'this text'
complete -c lxc-usernsexec -l usage -d 'the options in short'
complete -c lxc-usernsexec -l version -d 'the LXC release this command is compatible with'
complete -c lxc-wait -n '__berth_is \'lxc-wait\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c lxc-wait -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c lxc-wait -s 's' -l state -x -a 'STOPPED STARTING RUNNING STOPPING ABORTING FREEZING FROZEN THAWED' -d 'one or more, separated by |: STOPPED STARTING RUNNING STOPPING …'
complete -c lxc-wait -s 't' -l timeout -x -d 'give up after so long; 0 looks once, -1 waits for ever (default)'
complete -c lxc-wait -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c lxc-wait -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c lxc-wait -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c lxc-wait -s 'q' -l quiet -d 'print nothing on stderr'
complete -c lxc-wait -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c lxc-wait -s 'h' -l help -d 'this text'
complete -c lxc-wait -l usage -d 'the options in short'
complete -c lxc-wait -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth create\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth create\'' -s 't' -l template -r -F -d 'what makes the root file system: a template\'s name, the path of a …'
complete -c berth -n '__berth_is \'berth create\'' -s 'f' -l config -r -F -d 'config to begin with (default: lxc-config lxc.default_config)'
complete -c berth -n '__berth_is \'berth create\'' -s 'B' -l bdev -x -a 'dir' -d 'where the root file system is kept (default: dir)'
complete -c berth -n '__berth_is \'berth create\'' -l dir -x -a '(__fish_complete_directories)' -d 'with -B dir: directory of the root file system'
complete -c berth -n '__berth_is \'berth create\'' -l lvname -x -d 'with -B lvm: logical volume (default: the container\'s name)'
complete -c berth -n '__berth_is \'berth create\'' -l vgname -x -d 'with -B lvm: volume group (default: lxc)'
complete -c berth -n '__berth_is \'berth create\'' -l thinpool -x -d 'with -B lvm: thin pool (default: lxc)'
complete -c berth -n '__berth_is \'berth create\'' -l rbdname -x -d 'with -B rbd: image (default: the container\'s name)'
complete -c berth -n '__berth_is \'berth create\'' -l rbdpool -x -d 'with -B rbd: pool (default: lxc)'
complete -c berth -n '__berth_is \'berth create\'' -l rbduser -x -a '(__fish_complete_users)' -d 'with -B rbd: user'
complete -c berth -n '__berth_is \'berth create\'' -l zfsroot -x -d 'with -B zfs: parent of the dataset (default: lxc)'
complete -c berth -n '__berth_is \'berth create\'' -l fstype -x -d 'with -B lvm, loop or rbd: file system to make (default: ext4)'
complete -c berth -n '__berth_is \'berth create\'' -l fssize -x -d 'with -B lvm, loop or rbd: its size, unit one of bBkKmMgGtT (default: …'
complete -c berth -n '__berth_is \'berth create\'' -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c berth -n '__berth_is \'berth create\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth create\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth create\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth create\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth create\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth create\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth create\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth start\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth start\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth start\'' -s 'd' -l daemon -d 'run in the background; success means that init has been executed …'
complete -c berth -n '__berth_is \'berth start\'' -s 'F' -l foreground -d 'this terminal is the container\'s console'
complete -c berth -n '__berth_is \'berth start\'' -s 'p' -l pidfile -r -F -d 'write the monitor\'s process id to FILE'
complete -c berth -n '__berth_is \'berth start\'' -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth start\'' -s 'c' -l console -r -F -d 'device or file that is the container\'s console'
complete -c berth -n '__berth_is \'berth start\'' -s 'L' -l console-log -r -F -d 'also write what the console prints to FILE'
complete -c berth -n '__berth_is \'berth start\'' -l escape -x -d 'with -F on a terminal: the key after which q leaves the container …'
complete -c berth -n '__berth_is \'berth start\'' -s 'C' -l close-all-fds -d 'do not hand open file descriptors on (a daemon never does)'
complete -c berth -n '__berth_is \'berth start\'' -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c berth -n '__berth_is \'berth start\'' -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c berth -n '__berth_is \'berth start\'' -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c berth -n '__berth_is \'berth start\'' -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c berth -n '__berth_is \'berth start\'' -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c berth -n '__berth_is \'berth start\'' -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c berth -n '__berth_is \'berth start\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth start\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth start\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth start\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth start\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth start\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth start\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth start\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth run\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth run\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth run\'' -s 'd' -l daemon -d 'run in the background'
complete -c berth -n '__berth_is \'berth run\'' -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth run\'' -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c berth -n '__berth_is \'berth run\'' -s 'u' -l uid -x -d 'run the command as this user id of the container'
complete -c berth -n '__berth_is \'berth run\'' -s 'g' -l gid -x -d 'run the command as this group id of the container'
complete -c berth -n '__berth_is \'berth run\'' -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c berth -n '__berth_is \'berth run\'' -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c berth -n '__berth_is \'berth run\'' -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c berth -n '__berth_is \'berth run\'' -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c berth -n '__berth_is \'berth run\'' -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c berth -n '__berth_is \'berth run\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth run\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth run\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth run\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth run\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth run\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth run\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth run\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth exec\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth exec\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth exec\'' -s 'e' -l elevated-privileges -d 'keep what the caller has instead of these confinements of the …'
complete -c berth -n '__berth_is \'berth exec\'' -s 'a' -l arch -x -d 'architecture that the command sees, e.g. i686'
complete -c berth -n '__berth_is \'berth exec\'' -s 's' -l namespaces -x -d 'enter only these, separated by |: MOUNT PID UTSNAME IPC USER NETWORK …'
complete -c berth -n '__berth_is \'berth exec\'' -s 'R' -l remount-sys-proc -d 'with -s and without MOUNT: mount /proc and /sys anew, so that they …'
complete -c berth -n '__berth_is \'berth exec\'' -l clear-env -d 'start with a minimal environment'
complete -c berth -n '__berth_is \'berth exec\'' -l keep-env -d 'start with the caller\'s environment (default)'
complete -c berth -n '__berth_is \'berth exec\'' -s 'L' -l pty-log -r -F -d 'append what the terminal shows to FILE'
complete -c berth -n '__berth_is \'berth exec\'' -s 'v' -l set-var -x -d 'set a variable; may be repeated'
complete -c berth -n '__berth_is \'berth exec\'' -l keep-var -x -d 'keep this variable in spite of --clear-env; may be repeated'
complete -c berth -n '__berth_is \'berth exec\'' -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth exec\'' -s 'u' -l uid -x -d 'run as this user id of the container'
complete -c berth -n '__berth_is \'berth exec\'' -s 'g' -l gid -x -d 'run as this group id of the container'
complete -c berth -n '__berth_is \'berth exec\'' -s 'c' -l context -x -d 'SELinux context to run in'
complete -c berth -n '__berth_is \'berth exec\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth exec\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth exec\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth exec\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth exec\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth exec\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth exec\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth exec\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth shell\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth shell\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth shell\'' -s 'e' -l elevated-privileges -d 'keep what the caller has instead of these confinements of the …'
complete -c berth -n '__berth_is \'berth shell\'' -s 'a' -l arch -x -d 'architecture that the command sees, e.g. i686'
complete -c berth -n '__berth_is \'berth shell\'' -s 's' -l namespaces -x -d 'enter only these, separated by |: MOUNT PID UTSNAME IPC USER NETWORK …'
complete -c berth -n '__berth_is \'berth shell\'' -s 'R' -l remount-sys-proc -d 'with -s and without MOUNT: mount /proc and /sys anew, so that they …'
complete -c berth -n '__berth_is \'berth shell\'' -l clear-env -d 'start with a minimal environment'
complete -c berth -n '__berth_is \'berth shell\'' -l keep-env -d 'start with the caller\'s environment (default)'
complete -c berth -n '__berth_is \'berth shell\'' -s 'L' -l pty-log -r -F -d 'append what the terminal shows to FILE'
complete -c berth -n '__berth_is \'berth shell\'' -s 'v' -l set-var -x -d 'set a variable; may be repeated'
complete -c berth -n '__berth_is \'berth shell\'' -l keep-var -x -d 'keep this variable in spite of --clear-env; may be repeated'
complete -c berth -n '__berth_is \'berth shell\'' -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth shell\'' -s 'u' -l uid -x -d 'run as this user id of the container'
complete -c berth -n '__berth_is \'berth shell\'' -s 'g' -l gid -x -d 'run as this group id of the container'
complete -c berth -n '__berth_is \'berth shell\'' -s 'c' -l context -x -d 'SELinux context to run in'
complete -c berth -n '__berth_is \'berth shell\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth shell\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth shell\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth shell\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth shell\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth shell\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth shell\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth shell\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth console\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth console\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth console\'' -s 't' -l tty -x -d '0 is /dev/console, 1 is /dev/tty1 (default: the first free tty)'
complete -c berth -n '__berth_is \'berth console\'' -s 'e' -l escape -x -d 'the key after which q leaves: a letter for Ctrl and that letter, ^b or …'
complete -c berth -n '__berth_is \'berth console\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth console\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth console\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth console\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth console\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth console\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth console\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth console\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth console\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth stop\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth stop\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth stop\'' -s 'r' -l reboot -d 'reboot it'
complete -c berth -n '__berth_is \'berth stop\'' -s 'W' -l nowait -d 'ask, and do not wait for the end'
complete -c berth -n '__berth_is \'berth stop\'' -s 't' -l timeout -x -d 'how long to wait before killing it (default 60; -1: for ever)'
complete -c berth -n '__berth_is \'berth stop\'' -s 'k' -l kill -d 'kill it at once instead of asking'
complete -c berth -n '__berth_is \'berth stop\'' -l nokill -d 'only ask, never kill after the timeout'
complete -c berth -n '__berth_is \'berth stop\'' -l nolock -d 'with -k: even when another command holds the container\'s lock'
complete -c berth -n '__berth_is \'berth stop\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth stop\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth stop\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth stop\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth stop\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth stop\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth stop\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth stop\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth stop\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth freeze\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth freeze\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth freeze\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth freeze\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth freeze\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth freeze\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth unfreeze\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth unfreeze\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth unfreeze\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth unfreeze\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth unfreeze\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth unfreeze\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth ls\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'ignored, as in LXC'
complete -c berth -n '__berth_is \'berth ls\'' -s '1' -l line -d 'one name per line'
complete -c berth -n '__berth_is \'berth ls\'' -s 'f' -l fancy -d 'a table'
complete -c berth -n '__berth_is \'berth ls\'' -s 'F' -l fancy-format -x -d 'the table\'s columns, separated by commas: NAME STATE PID RAM SWAP …'
complete -c berth -n '__berth_is \'berth ls\'' -l active -d 'only those that are not stopped'
complete -c berth -n '__berth_is \'berth ls\'' -l running -d 'only running ones'
complete -c berth -n '__berth_is \'berth ls\'' -l frozen -d 'only frozen ones'
complete -c berth -n '__berth_is \'berth ls\'' -l stopped -d 'only stopped ones'
complete -c berth -n '__berth_is \'berth ls\'' -l defined -d 'only those with a config'
complete -c berth -n '__berth_is \'berth ls\'' -l nesting -d 'containers in containers (not there yet)'
complete -c berth -n '__berth_is \'berth ls\'' -l filter -x -d 'only names that an extended regular expression matches'
complete -c berth -n '__berth_is \'berth ls\'' -s 'g' -l groups -x -d 'only those in all of these groups, separated by commas'
complete -c berth -n '__berth_is \'berth ls\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth ls\'' -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c berth -n '__berth_is \'berth ls\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth ls\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth ls\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth ls\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth ls\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth ls\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth ls\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth info\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth info\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth info\'' -s 'c' -l config -x -a '(__berth_keys)' -d 'the value of a config key; may be repeated'
complete -c berth -n '__berth_is \'berth info\'' -s 'i' -l ips -d 'its addresses'
complete -c berth -n '__berth_is \'berth info\'' -s 'p' -l pid -d 'the process id of its init'
complete -c berth -n '__berth_is \'berth info\'' -s 'S' -l stats -d 'what it uses: CPU, disk, memory, network'
complete -c berth -n '__berth_is \'berth info\'' -s 'H' -l no-humanize -d 'plain numbers; with one of the other options, no label either'
complete -c berth -n '__berth_is \'berth info\'' -s 's' -l state -d 'its state'
complete -c berth -n '__berth_is \'berth info\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth info\'' -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c berth -n '__berth_is \'berth info\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth info\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth info\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth info\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth info\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth info\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth info\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth top\'' -s 'd' -l delay -x -d 'between two looks (default: 3, with -b 300)'
complete -c berth -n '__berth_is \'berth top\'' -s 'b' -l batch -d 'lines for a program instead of a screen: comma-separated, a heading …'
complete -c berth -n '__berth_is \'berth top\'' -s 's' -l sort -x -a 'n c b m s k' -d 'n name (default), c CPU, b block I/O, m memory, s memory and swap, k …'
complete -c berth -n '__berth_is \'berth top\'' -s 'r' -l reverse -d 'the other way round'
complete -c berth -n '__berth_is \'berth top\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth top\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth top\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth top\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth top\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth top\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth top\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth wait\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth wait\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth wait\'' -s 's' -l state -x -a 'STOPPED STARTING RUNNING STOPPING ABORTING FREEZING FROZEN THAWED' -d 'one or more, separated by |: STOPPED STARTING RUNNING STOPPING …'
complete -c berth -n '__berth_is \'berth wait\'' -s 't' -l timeout -x -d 'give up after so long; 0 looks once, -1 waits for ever (default)'
complete -c berth -n '__berth_is \'berth wait\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth wait\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth wait\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth wait\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth wait\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth wait\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth wait\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth wait\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth copy\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth copy\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth copy\'' -s 'N' -l newname -x -d 'name of the copy'
complete -c berth -n '__berth_is \'berth copy\'' -s 'p' -l newpath -x -a '(__fish_complete_directories)' -d 'directory of containers that the copy goes to (default: the same)'
complete -c berth -n '__berth_is \'berth copy\'' -s 'R' -l rename -d 'give the container the new name'
complete -c berth -n '__berth_is \'berth copy\'' -s 's' -l snapshot -d 'do not copy: put a layer above the container\'s own files (overlay)'
complete -c berth -n '__berth_is \'berth copy\'' -s 'a' -l allowrunning -d 'also while the container runs: its files as they are'
complete -c berth -n '__berth_is \'berth copy\'' -s 'B' -l backingstorage -x -a 'dir' -d 'where the copy\'s root file system is kept: dir or overlay (default: as …'
complete -c berth -n '__berth_is \'berth copy\'' -s 'L' -l fssize -x -d 'size of a block device for the copy'
complete -c berth -n '__berth_is \'berth copy\'' -s 'K' -l keepname -d 'leave the host name as it is'
complete -c berth -n '__berth_is \'berth copy\'' -s 'M' -l keepmac -d 'leave the hardware addresses as they are'
complete -c berth -n '__berth_is \'berth copy\'' -s 'D' -l keepdata -d 'with -e: keep it when it has ended'
complete -c berth -n '__berth_is \'berth copy\'' -s 'e' -l ephemeral -d 'start a snapshot that is gone when it has ended'
complete -c berth -n '__berth_is \'berth copy\'' -s 'm' -l mount -x -d 'with -e: mount it there'
complete -c berth -n '__berth_is \'berth copy\'' -s 'F' -l foreground -d 'with -e: stay in the foreground'
complete -c berth -n '__berth_is \'berth copy\'' -s 'd' -l daemon -d 'with -e: start it in the background (default)'
complete -c berth -n '__berth_is \'berth copy\'' -s 't' -l tmpfs -d 'with -e: what it writes goes to memory'
complete -c berth -n '__berth_is \'berth copy\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth copy\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth copy\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth copy\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth copy\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth copy\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth copy\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth rename\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth rename\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth rename\'' -s 'N' -l newname -x -d 'name of the copy'
complete -c berth -n '__berth_is \'berth rename\'' -s 'p' -l newpath -x -a '(__fish_complete_directories)' -d 'directory of containers that the copy goes to (default: the same)'
complete -c berth -n '__berth_is \'berth rename\'' -s 'R' -l rename -d 'give the container the new name'
complete -c berth -n '__berth_is \'berth rename\'' -s 's' -l snapshot -d 'do not copy: put a layer above the container\'s own files (overlay)'
complete -c berth -n '__berth_is \'berth rename\'' -s 'a' -l allowrunning -d 'also while the container runs: its files as they are'
complete -c berth -n '__berth_is \'berth rename\'' -s 'B' -l backingstorage -x -a 'dir' -d 'where the copy\'s root file system is kept: dir or overlay (default: as …'
complete -c berth -n '__berth_is \'berth rename\'' -s 'L' -l fssize -x -d 'size of a block device for the copy'
complete -c berth -n '__berth_is \'berth rename\'' -s 'K' -l keepname -d 'leave the host name as it is'
complete -c berth -n '__berth_is \'berth rename\'' -s 'M' -l keepmac -d 'leave the hardware addresses as they are'
complete -c berth -n '__berth_is \'berth rename\'' -s 'D' -l keepdata -d 'with -e: keep it when it has ended'
complete -c berth -n '__berth_is \'berth rename\'' -s 'e' -l ephemeral -d 'start a snapshot that is gone when it has ended'
complete -c berth -n '__berth_is \'berth rename\'' -s 'm' -l mount -x -d 'with -e: mount it there'
complete -c berth -n '__berth_is \'berth rename\'' -s 'F' -l foreground -d 'with -e: stay in the foreground'
complete -c berth -n '__berth_is \'berth rename\'' -s 'd' -l daemon -d 'with -e: start it in the background (default)'
complete -c berth -n '__berth_is \'berth rename\'' -s 't' -l tmpfs -d 'with -e: what it writes goes to memory'
complete -c berth -n '__berth_is \'berth rename\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth rename\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth rename\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth rename\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth rename\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth rename\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth rename\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth snapshot\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'L' -l list -d 'list the snapshots'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'C' -l showcomments -d 'with -L: and their comments'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'c' -l comment -r -F -d 'note what is in FILE with the new snapshot'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'r' -l restore -x -d 'put the container back to this snapshot'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'N' -l newname -x -d 'with -r: make a new container of it; may also be the last word'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'd' -l destroy -x -d 'remove this snapshot, or ALL'
complete -c berth -n '__berth_is \'berth snapshot\'' -l format -x -a 'json' -d 'print JSON instead of columns'
complete -c berth -n '__berth_is \'berth snapshot\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth snapshot\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth snapshot\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth snapshot\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth rm\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth rm\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth rm\'' -s 's' -l snapshots -d 'its snapshots too'
complete -c berth -n '__berth_is \'berth rm\'' -s 'f' -l force -d 'kill it first when it is running'
complete -c berth -n '__berth_is \'berth rm\'' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth rm\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth rm\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth rm\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth rm\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth rm\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth rm\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth rm\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth explain\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth explain\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth explain\'' -s 'd' -l daemon -d 'run in the background; success means that init has been executed …'
complete -c berth -n '__berth_is \'berth explain\'' -s 'F' -l foreground -d 'this terminal is the container\'s console'
complete -c berth -n '__berth_is \'berth explain\'' -s 'p' -l pidfile -r -F -d 'write the monitor\'s process id to FILE'
complete -c berth -n '__berth_is \'berth explain\'' -s 'f' -l rcfile -r -F -d 'read this config file instead of the container\'s own'
complete -c berth -n '__berth_is \'berth explain\'' -s 'c' -l console -r -F -d 'device or file that is the container\'s console'
complete -c berth -n '__berth_is \'berth explain\'' -s 'L' -l console-log -r -F -d 'also write what the console prints to FILE'
complete -c berth -n '__berth_is \'berth explain\'' -l escape -x -d 'with -F on a terminal: the key after which q leaves the container …'
complete -c berth -n '__berth_is \'berth explain\'' -s 'C' -l close-all-fds -d 'do not hand open file descriptors on (a daemon never does)'
complete -c berth -n '__berth_is \'berth explain\'' -s 's' -l define -x -a '(__berth_assignments)' -d 'set a config key for this run; may be repeated'
complete -c berth -n '__berth_is \'berth explain\'' -l share-net -x -a '(__berth_containers)' -d 'use the network of another container or process'
complete -c berth -n '__berth_is \'berth explain\'' -l share-ipc -x -a '(__berth_containers)' -d 'the same for its IPC objects'
complete -c berth -n '__berth_is \'berth explain\'' -l share-uts -x -a '(__berth_containers)' -d 'the same for its host name'
complete -c berth -n '__berth_is \'berth explain\'' -l share-pid -x -a '(__berth_containers)' -d 'the same for its processes'
complete -c berth -n '__berth_is \'berth explain\'' -l strict -d 'refuse names of LXC 2 and older and limits for the other version of …'
complete -c berth -n '__berth_is \'berth explain\'' -l explain -d 'print the numbered plan (or the plan as JSON) and do nothing'
complete -c berth -n '__berth_is \'berth explain\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth explain\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth explain\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth explain\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth explain\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth explain\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth explain\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth why\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth why\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth why\'' -s 'a' -l all -d 'each step and event of the failed start'
complete -c berth -n '__berth_is \'berth why\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth why\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth why\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth why\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth why\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth why\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth why\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth stats\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth stats\'' -s 'f' -l follow -d 'again and again, until it is ended'
complete -c berth -n '__berth_is \'berth stats\'' -s 'd' -l delay -x -d 'with --follow: between two looks (default: 2)'
complete -c berth -n '__berth_is \'berth stats\'' -l format -x -a 'table json openmetrics' -d 'a table (default), JSON, or OpenMetrics text for Prometheus'
complete -c berth -n '__berth_is \'berth stats\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth stats\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth stats\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth stats\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth stats\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth stats\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth stats\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth events\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth events\'' -l format -x -d 'json: an object a line (default: text)'
complete -c berth -n '__berth_is \'berth events\'' -s 'c' -l count -x -d 'end after so many'
complete -c berth -n '__berth_is \'berth events\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth events\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth events\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth events\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth events\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth events\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth events\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth setup\'; and test (__berth_word number) -eq 1' -x -a '(__fish_complete_users)'
complete -c berth -n '__berth_is \'berth setup\'' -l dry-run -d 'print the changes, and make none'
complete -c berth -n '__berth_is \'berth setup\'' -s 'y' -l yes -d 'do not ask'
complete -c berth -n '__berth_is \'berth setup\'' -l undo -d 'take back what setup did for this user, and nothing that others …'
complete -c berth -n '__berth_is \'berth setup\'' -l bridge -x -d 'which bridge his containers may join; \'none\': no network (default: the …'
complete -c berth -n '__berth_is \'berth setup\'' -l nics -x -d 'how many interfaces at once (default: 10)'
complete -c berth -n '__berth_is \'berth setup\'' -l home-access -d 'let the root of his containers pass through his home (an access list, …'
complete -c berth -n '__berth_is \'berth setup\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth setup\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth setup\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth setup\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth setup\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth setup\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth setup\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth setup\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'u' -l user -x -a '(__fish_complete_users)' -d 'try it as this user, as after a login without a session (root only)'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'a' -l all -d 'list what works as well'
complete -c berth -n '__berth_is \'berth doctor\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth doctor\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth doctor\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth doctor\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config get\'; and test (__berth_word number) -eq 1' -x -a '(__berth_subjects)'
complete -c berth -n '__berth_is \'berth config get\'; and test (__berth_word number) -ge 2' -x -a '(__berth_keys)'
complete -c berth -n '__berth_is \'berth config get\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config get\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config get\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config get\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config get\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config get\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config get\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config get\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config get\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config get\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config set\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config set\'; and test (__berth_word number) -eq 2' -x -a '(__berth_keys)'
complete -c berth -n '__berth_is \'berth config set\'; and test (__berth_word number) -ge 3' -x -a '(__berth_values (__berth_word key))'
complete -c berth -n '__berth_is \'berth config set\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config set\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config set\'' -l dry-run -d 'print the change as a diff, and make none'
complete -c berth -n '__berth_is \'berth config set\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config set\'' -l replace -d 'a list becomes the given values; without it they are added to it'
complete -c berth -n '__berth_is \'berth config set\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config set\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config set\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config set\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config set\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config set\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config set\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config unset\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config unset\'; and test (__berth_word number) -ge 2' -x -a '(__berth_keys)'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config unset\'' -l dry-run -d 'print the change as a diff, and make none'
complete -c berth -n '__berth_is \'berth config unset\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config unset\'' -l clear -d 'where an included file still sets the key, add a line that clears it'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config unset\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config unset\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config unset\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config list\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config list\'; and test (__berth_word number) -ge 2' -x -a '(__berth_keys)'
complete -c berth -n '__berth_is \'berth config list\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config list\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config list\'' -l own -d 'only what the file sets itself, not what it includes'
complete -c berth -n '__berth_is \'berth config list\'' -s 'a' -l all -d 'keys that are not set, too, with their defaults'
complete -c berth -n '__berth_is \'berth config list\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config list\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config list\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config list\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config list\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config list\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config list\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config list\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config show\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config show\'; and test (__berth_word number) -ge 2' -x -a '(__berth_keys)'
complete -c berth -n '__berth_is \'berth config show\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config show\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config show\'' -l history -d 'also the earlier lines that later ones replaced or cleared'
complete -c berth -n '__berth_is \'berth config show\'' -s 'a' -l all -d 'keys that are not set, too, with their defaults'
complete -c berth -n '__berth_is \'berth config show\'' -s 's' -l define -x -a '(__berth_assignments)' -d 'as lxc-start -s: what would be in force with it'
complete -c berth -n '__berth_is \'berth config show\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config show\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config show\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config show\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config show\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config show\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config show\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config show\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config fix\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config fix\'' -l dry-run -d 'print the change as a diff, and make none'
complete -c berth -n '__berth_is \'berth config fix\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config fix\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config fix\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config fix\'' -l version -d 'the LXC release this command is compatible with'
complete -c berth -n '__berth_is \'berth config lint\'; and test (__berth_word number) -eq 1' -x -a '(__berth_containers)'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'n' -l name -x -a '(__berth_containers)' -d 'the container; may also be the first word that is no option'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'f' -l file -r -F -d 'this config file instead of a container\'s'
complete -c berth -n '__berth_is \'berth config lint\'' -l strict -d 'exit with 1 for warnings, too; names of LXC 2 and older are errors'
complete -c berth -n '__berth_is \'berth config lint\'' -l text-only -d 'judge only the text, not this host'
complete -c berth -n '__berth_is \'berth config lint\'' -l format -x -a 'json' -d 'print JSON instead of text'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'o' -l logfile -r -F -d 'append problems to FILE as well, in LXC\'s log format'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'l' -l logpriority -x -a 'TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL' -d 'what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) …'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'q' -l quiet -d 'print nothing on stderr'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'P' -l lxcpath -x -a '(__fish_complete_directories)' -d 'directory of the containers (default: lxc-config lxc.lxcpath)'
complete -c berth -n '__berth_is \'berth config lint\'' -s 'h' -l help -d 'this text'
complete -c berth -n '__berth_is \'berth config lint\'' -l usage -d 'the options in short'
complete -c berth -n '__berth_is \'berth config lint\'' -l version -d 'the LXC release this command is compatible with'
