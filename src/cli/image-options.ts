// Owns the options of commands that want an image: which server, whose signature, which digest.
import type { ImageOptions } from "../runtime/images.ts";
import type { OptionRow } from "./getopt.ts";
import type { Options } from "./options.ts";
import { optional } from "./values.ts";

export const IMAGE_ROWS = [
  { long: "server", argument: "required", metavar: "HOST|URL", help: "image server (default: images.linuxcontainers.org); may be given again: its mirrors", isOurs: true },
  { long: "arch", argument: "required", metavar: "NAME", help: "an image for this kind of machine (default: this one's)", isOurs: true },
  { long: "digest", argument: "required", metavar: "sha256:HEX", help: "what the image must be", isOurs: true },
  { long: "lock", argument: "required", metavar: "FILE", help: "the digest that berth image lock wrote to FILE", isOurs: true },
  { long: "offline", help: "take only what this machine has already", isOurs: true },
  { long: "keyring", argument: "required", metavar: "FILE", help: "keys that may have signed", isOurs: true },
  { long: "keyid", argument: "required", metavar: "ID", help: "the key that must have signed", isOurs: true },
  { long: "keyserver", argument: "required", metavar: "URL", help: "where that key is", isOurs: true },
  { long: "username", argument: "required", metavar: "NAME", help: "login at a registry", isOurs: true },
  { long: "password-file", argument: "required", metavar: "FILE", help: "file with its password", isOurs: true },
] as const satisfies readonly OptionRow[];

/** What a new system is given of its own. */
export const OWN_ROWS = [
  { long: "ssh-key", argument: "required", metavar: "FILE|KEY", help: "who may log in by ssh; may be given again", isOurs: true },
  { long: "user", argument: "required", metavar: "NAME", help: "make this user, with the keys, in the group sudo", isOurs: true },
  { long: "hostname", argument: "required", metavar: "NAME", help: "its name for itself (default: the container's)", isOurs: true },
  { long: "user-data", argument: "required", metavar: "FILE", help: "for cloud-init", isOurs: true },
] as const satisfies readonly OptionRow[];

export const imageOptions = (options: Options<(typeof IMAGE_ROWS)[number]>): ImageOptions => ({
  servers: options.all("server"), isOffline: options.has("offline"),
  ...optional("arch", options.last("arch")), ...optional("digest", options.last("digest")), ...optional("lockFile", options.last("lock")), ...optional("keyring", options.last("keyring")), ...optional("keyId", options.last("keyid")),
  ...optional("keyserver", options.last("keyserver")), ...optional("username", options.last("username")), ...optional("passwordFile", options.last("password-file")),
});
