// Owns berth's verbs that LXC has no command for: which file answers. Each is loaded only when it is asked for.
import type { Door } from "../answer.ts";

export interface OwnVerb { readonly verb: string; readonly words: string; readonly does: string; readonly load: () => Promise<Door> }

export const OWN_VERBS: readonly OwnVerb[] = [
  { verb: "run", words: "NAME", does: "with --image: made, started, a shell in it; else one command", load: () => import("./run.ts") },
  { verb: "why", words: "NAME", does: "why its last start failed, or how its last run ended", load: () => import("./why.ts") },
  { verb: "stats", words: "[NAME...]", does: "what running containers use; --follow, --format", load: () => import("./stats.ts") },
  { verb: "logs", words: "NAME", does: "what its console has said, and says: --follow", load: () => import("./logs.ts") },
  { verb: "events", words: "[NAME...]", does: "tell each state that containers come to", load: () => import("./events.ts") },
  { verb: "cp", words: "SOURCE... TARGET", does: "files in and out: NAME:PATH is a path in a container", load: async () => (await import("./cp.ts")).doorOf("cp") },
  { verb: "push", words: "FILE... NAME:PATH", does: "files into it", load: async () => (await import("./cp.ts")).doorOf("push") },
  { verb: "pull", words: "NAME:PATH... [TO]", does: "files out of it", load: async () => (await import("./cp.ts")).doorOf("pull") },
  { verb: "mount", words: "NAME SOURCE TARGET", does: "a directory of the host into a running one", load: () => import("./mount.ts") },
  { verb: "umount", words: "NAME TARGET", does: "and away again", load: () => import("./umount.ts") },
  { verb: "publish", words: "NAME [PORT:PORT...]", does: "ports of this host that lead to a running one", load: () => import("./publish.ts") },
  { verb: "net", words: "VERB [NAME]", does: "bridges of containers, and what happens to packets: berth net --help", load: () => import("./net.ts") },
  { verb: "undelete", words: "[NAME]", does: "bring back what rm has removed, or list it; --purge", load: () => import("./undelete.ts") },
  { verb: "image", words: "VERB [IMAGE...]", does: "what containers are made of: berth image --help", load: () => import("./image.ts") },
  { verb: "export", words: "NAME", does: "all of it as one tar archive", load: () => import("./export.ts") },
  { verb: "import", words: "[NAME]", does: "a container of such an archive", load: () => import("./import.ts") },
  { verb: "resize", words: "NAME SIZE", does: "another size for an image, a volume or a dataset", load: () => import("./resize.ts") },
  { verb: "shift", words: "NAME --to START", does: "give it other ids, or its first: privileged to unprivileged", load: () => import("./shift.ts") },
  { verb: "copy", words: "NAME NEWNAME", does: "make one like it", load: async () => (await import("./copy.ts")).doorOf("copy") },
  { verb: "rename", words: "NAME NEWNAME", does: "give it another name", load: async () => (await import("./copy.ts")).doorOf("rename") },
  { verb: "restore", words: "NAME SNAPSHOT", does: "put it back to a snapshot", load: () => import("./restore.ts") },
  { verb: "edit", words: "NAME", does: "its config in your editor; checked before it is saved", load: () => import("./edit.ts") },
  { verb: "apply", words: "FILE", does: "containers, networks and volumes as a YAML file says", load: () => import("./apply.ts") },
  { verb: "ensure", words: "NAME", does: "it is there, configured and running, as options say", load: () => import("./ensure.ts") },
  { verb: "config", words: "VERB NAME", does: "read and change its config: berth config --help", load: () => import("./config.ts") },
  { verb: "setup", words: "USER", does: "make a user ready for containers, or undo that", load: () => import("./setup.ts") },
  { verb: "doctor", words: "", does: "try what containers need, and say what is missing", load: () => import("./doctor.ts") },
];
