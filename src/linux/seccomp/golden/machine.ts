// Owns a machine for classic BPF, as small as seccomp's subset: tests run filters on it.

export interface Call { readonly arch: number; readonly number: number; readonly args?: readonly bigint[] }

const LOAD = 0x20, AND = 0x54, JUMP = 0x05, JUMP_EQUAL = 0x15, JUMP_GREATER = 0x25, JUMP_AT_LEAST = 0x35, JUMP_SET = 0x45, RETURN = 0x06;

/** struct seccomp_data, little-endian. */
function dataOf({ arch, number, args = [] }: Call): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number >>> 0, true);
  data.setUint32(4, arch >>> 0, true);
  args.forEach((arg, i) => data.setBigUint64(16 + 8 * i, BigInt.asUintN(64, arg), true));
  return data;
}

const decode = (hex: string): DataView => new DataView(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)).buffer);

/** The filter's answers to calls; what the kernel's checker would refuse is an error here. */
export function filterOf(hex: string): (call: Call) => number {
  const program = decode(hex);
  return (call) => run(program, dataOf(call));
}
export const runFilter = (hex: string, call: Call): number => filterOf(hex)(call);

function run(program: DataView, data: DataView): number {
  let accumulator = 0;
  for (let at = 0; at * 8 < program.byteLength; at++) {
    const [code, jt, jf, k] = [program.getUint16(at * 8, true), program.getUint8(at * 8 + 2), program.getUint8(at * 8 + 3), program.getUint32(at * 8 + 4, true)];
    const jump = (isTrue: boolean): void => { at += isTrue ? jt : jf; };
    switch (code) {
      case LOAD: accumulator = data.getUint32(k, true); break;
      case AND: accumulator = (accumulator & k) >>> 0; break;
      case JUMP: at += k; break;
      case JUMP_EQUAL: jump(accumulator === k); break;
      case JUMP_GREATER: jump(accumulator > k); break;
      case JUMP_AT_LEAST: jump(accumulator >= k); break;
      case JUMP_SET: jump((accumulator & k) !== 0); break;
      case RETURN: return k;
      default: throw new Error(`instruction ${at}: code 0x${code.toString(16)}`);
    }
  }
  throw new Error("the filter runs off its end");
}
