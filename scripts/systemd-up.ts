// Owns asking a booting container's systemd whether it is up: run inside, prints its word, gives up after 90 s.

/** Until its bus is there systemctl fails at once; then it waits until the boot is over. */
export const SYSTEMD_UP: readonly string[] = ["sh", "-c", [
  "n=0",
  "while [ $n -lt 300 ]; do",
  "  word=$(timeout 90 systemctl is-system-running --wait 2>/dev/null)",
  '  case "$word" in running|degraded|maintenance|stopping) echo "$word"; [ "$word" = running ]; exit;; esac',
  "  n=$((n + 1)); sleep 0.1",
  "done",
  'systemctl is-system-running 2>&1; echo "(still not up)"; exit 1',
].join("\n")];
