// Owns the two version numbers. Scripts (vagrant-lxc, lxc-ci) read `lxc-start --version` and compare it
// with LXC's releases, so an lxc-* command answers with the LXC release whose surface it has; see docs/differences.md.

export const LXC_LEVEL = "6.0.0";
export const BERTH_VERSION = "0.1.0";
