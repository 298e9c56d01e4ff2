// Owns why an option has no test of what it does.

export const UNTESTED: Readonly<Record<string, string>> = {
  "lxc-create --thinpool": "no LVM thin pool in the test machines; the plans are golden (test/golden/storage-lvm-thin.plan)",
  "lxc-create --lvname": "no volume group in npm test; the plans are golden (test/golden/storage-lvm.plan)",
  "lxc-create --rbdname": "no Ceph cluster; the plans are golden (test/golden/storage-rbd.plan)",
  "lxc-create --rbdpool": "no Ceph cluster; the plans are golden (test/golden/storage-rbd.plan)",
  "lxc-create --keyring": "the same word of -t download is tried (test/kernel/download-signed.test.ts)",
  "lxc-create --keyid": "the same word of -t download is tried (test/kernel/download-signed.test.ts)",
  "lxc-create --keyserver": "the same word of -t download is tried (test/kernel/download-signed.test.ts)",
};
