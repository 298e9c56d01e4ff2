// Owns errno(3): names, numbers (x86_64 and aarch64 share these) and the kernel's meaning in words.

/** Number and words by name. */
export const ERRNOS = {
  EPERM: [1, "operation not permitted"], ENOENT: [2, "no such file or directory"], ESRCH: [3, "no such process"],
  EINTR: [4, "interrupted"], EIO: [5, "input/output error"], ENXIO: [6, "no such device or address"], E2BIG: [7, "argument list too long"],
  ENOEXEC: [8, "exec format error"], EBADF: [9, "bad file descriptor"], ECHILD: [10, "no child processes"],
  EAGAIN: [11, "resource temporarily unavailable"], ENOMEM: [12, "cannot allocate memory"], EACCES: [13, "permission denied"],
  EFAULT: [14, "bad address"], ENOTBLK: [15, "block device required"], EBUSY: [16, "device or resource busy"], EEXIST: [17, "file exists"],
  EXDEV: [18, "invalid cross-device link"], ENODEV: [19, "no such device"], ENOTDIR: [20, "not a directory"],
  EISDIR: [21, "is a directory"], EINVAL: [22, "invalid argument"], ENFILE: [23, "too many open files in system"],
  EMFILE: [24, "too many open files"], ENOTTY: [25, "inappropriate ioctl for device"], ETXTBSY: [26, "text file busy"], EFBIG: [27, "file too large"],
  ENOSPC: [28, "no space left on device"], ESPIPE: [29, "illegal seek"], EROFS: [30, "read-only file system"], EMLINK: [31, "too many links"],
  EPIPE: [32, "broken pipe"], EDOM: [33, "argument out of domain"], ERANGE: [34, "result too large"], EDEADLK: [35, "resource deadlock avoided"], ENAMETOOLONG: [36, "file name too long"],
  ENOSYS: [38, "function not implemented"], ENOTEMPTY: [39, "directory not empty"], ELOOP: [40, "too many levels of symbolic links"],
  ENODATA: [61, "no data available"], ETIME: [62, "timer expired"], EPROTO: [71, "protocol error"], EOVERFLOW: [75, "value too large for defined data type"],
  EUSERS: [87, "too many users"], ENOTSOCK: [88, "not a socket"], EMSGSIZE: [90, "message too long"], EPROTOTYPE: [91, "protocol wrong type for socket"], EPROTONOSUPPORT: [93, "protocol not supported"],
  EOPNOTSUPP: [95, "operation not supported"], EAFNOSUPPORT: [97, "address family not supported"], EADDRINUSE: [98, "address already in use"],
  EADDRNOTAVAIL: [99, "cannot assign requested address"], ENETDOWN: [100, "network is down"], ENETUNREACH: [101, "network is unreachable"],
  ECONNRESET: [104, "connection reset by peer"], ENOBUFS: [105, "no buffer space available"], ENOTCONN: [107, "not connected"], ETIMEDOUT: [110, "timed out"],
  ECONNREFUSED: [111, "connection refused"], EHOSTUNREACH: [113, "no route to host"], EALREADY: [114, "operation already in progress"], ESTALE: [116, "stale file handle"],
  EDQUOT: [122, "disk quota exceeded"], EKEYREVOKED: [128, "key has been revoked"],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type Errno = keyof typeof ERRNOS;

export const isErrno = (name: string): name is Errno => Object.hasOwn(ERRNOS, name);
let names: ReadonlyMap<number, Errno> | undefined;
/** Made when a number is first asked about: few commands ask. */
const namesByNumber = (): ReadonlyMap<number, Errno> => names ??= new Map(Object.keys(ERRNOS).filter(isErrno).map((name) => [ERRNOS[name][0], name]));

export const errnoNumber = (name: Errno): number => ERRNOS[name][0];
export const errnoName = (value: number): Errno | undefined => namesByNumber().get(value);
/** `permission denied`, or `error 199` for a number without a name. */
export function errnoText(value: number): string {
  const name = namesByNumber().get(value);
  return name === undefined ? `error ${value}` : ERRNOS[name][1];
}
