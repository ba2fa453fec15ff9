/** Bytes that are not what they should be. The only thing a decoder ever throws. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly protocol: string;

  constructor(protocol: string, problem: string) {
    super(`${protocol}: ${problem}`);
    this.protocol = protocol;
  }
}

/** @throws DecodeError when there are fewer than `length` bytes. */
export function requireBytes(protocol: string, bytes: Buffer, length: number): void {
  if (bytes.length < length) throw new DecodeError(protocol, `needs ${length} bytes, has ${bytes.length}`);
}
