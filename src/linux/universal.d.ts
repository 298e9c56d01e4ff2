// The whole list of what the pure layers may touch beyond the language itself.
declare class TextEncoder { encode(text?: string): Uint8Array<ArrayBuffer> }
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes?: Uint8Array): string;
}
