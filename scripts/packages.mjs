// Owns which Debian packages each task needs, and why. Plain Node: it runs before npm ci.

/** task -> package -> why. A task also needs what the tasks it names under `also` need. */
export const NEEDS = {
  build: {
    also: [],
    packages: {
      gcc: "compiles the engine",
      "musl-tools": "musl-gcc: the engine is one static binary",
      "linux-libc-dev": "kernel headers for the engine",
    },
  },
  quick: {
    also: ["build"],
    packages: {
      uidmap: "newuidmap and newgidmap: id ranges for ordinary users",
      "busybox-static": "the busybox container",
    },
  },
  demo: {
    also: ["quick"],
    packages: {
      mmdebstrap: "makes the Debian root file system",
      tar: "unpacks root file systems",
      "xz-utils": "unpacks .tar.xz",
      zstd: "packs the cached root file system",
    },
  },
  ok: { also: [], packages: {} },
  fuzz: {
    also: ["build"],
    packages: {
      clang: "libFuzzer and the sanitizers",
      "libclang-rt-dev": "run-time parts of libFuzzer and the sanitizers",
    },
  },
  bench: {
    also: ["quick"],
    packages: {
      lxc: "Debian's LXC, to compare with",
      "python3-lxc": "asks Debian's LXC what it makes of a config",
      runc: "to compare with",
      crun: "to compare with",
      bubblewrap: "to compare with",
      iproute2: "test bridges",
    },
  },
  system: {
    also: ["build"],
    packages: {
      "qemu-system-x86": "emulates the machines of the system tests",
      "qemu-utils": "their disks",
      mmdebstrap: "the Debian on these disks",
      e2fsprogs: "its file system",
      "openssh-client": "speaks to the machines",
      zstd: "keeps their saved states",
      "xz-utils": "unpacks kernels",
    },
  },
  test: {
    also: ["demo", "fuzz", "bench", "system"],
    packages: {
      criu: "lxc-checkpoint",
      "openssh-server": "tests that call from an ssh session, on loopback",
      "openssh-client": "the other end of it",
      sudo: "tests that call from it",
      cron: "tests that call from it",
      strace: "tests that look at system calls",
      mount: "losetup: tests of root file systems on block devices",
      e2fsprogs: "ext4 images in tests",
      xfsprogs: "xfs images in tests",
      "btrfs-progs": "btrfs images in tests",
      "squashfs-tools": "squashfs images in tests",
      acl: "tests of access control lists",
      attr: "tests of extended attributes",
      rsync: "Debian's lxc-copy, which tests compare with",
      "libcap2-bin": "tests of file capabilities",
      "bridge-utils": "tests of bridges",
      procps: "pgrep in tests",
      debootstrap: "lxc-create -t debian where mmdebstrap is missing",
      dnf: "lxc-create -t fedora",
      zypper: "lxc-create -t opensuse",
      rpm: "builds the packages of the tests' repository",
      "createrepo-c": "its index",
      python3: "a test that plants hostile files",
      "lxc-templates": "Debian's config files of distributions, to compare ours with",
      "dnsmasq-base": "lxc-net: addresses and names for containers",
      passt: "pasta: networks of ordinary users without a bridge",
      nftables: "lxc-net: the rules of its bridge",
      "util-linux": "setpriv, unshare and nsenter in tests",
      bsdutils: "script(1): tests on a terminal",
      "man-db": "man(1): looks at the manual pages",
      mandoc: "looks at the manual pages",
      zsh: "tries the completion of keys",
      fish: "tries the completion of keys",
      gnupg: "signs the images of a test's own server",
      "docker-registry": "images of a registry",
      "ansible-core": "drives containers through python3-lxc",
      gpgv: "looks at their signatures",
      passwd: "useradd: tests as an ordinary user",
    },
  },
};

/** Package -> why, for a task and everything it builds on. */
export function packagesFor(task) {
  const need = NEEDS[task];
  if (need === undefined) throw new Error(`no such task: ${task}`);
  return Object.assign({}, ...need.also.map(packagesFor), need.packages);
}
