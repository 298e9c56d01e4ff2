// Owns the name of LXC's abstract command socket, hashed like LXC does when it would not fit sockaddr_un; the hash serves other names, too.

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

export function fnv64a(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash.toString(16).padStart(16, "0");
}

/** What follows the leading NUL: `LXCPATH/NAME/command`, or `lxc/HASH/command`. */
export function commandSocket(lxcpath: string, name: string): string {
  const plain = `${lxcpath}/${name}/command`;
  // sun_path has 108 bytes: the leading NUL, the name, a NUL that LXC keeps free, and one it does not use
  return new TextEncoder().encode(plain).length < 107 ? plain : `lxc/${fnv64a(`${lxcpath}/${name}`)}/command`;
}
