/** Z85 (ZeroMQ RFC 32): the text form of CURVE keys, five characters for four bytes. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** @returns undefined when the text is not Z85 */
export function z85Decode(text: string): Buffer | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    const value = Array.from(text.slice(at, at + 5)).reduce((sum, digit) => sum * 85 + (VALUES.get(digit) ?? NaN), 0);
    if (!(value <= 0xffffffff)) return undefined;
    bytes.writeUInt32BE(value, (at / 5) * 4);
  }
  return bytes;
}

/** @param bytes a multiple of four bytes */
export function z85Encode(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  let text = '';
  for (let at = 0; at + 4 <= buffer.length; at += 4) {
    const value = buffer.readUInt32BE(at);
    for (const weight of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) text += ALPHABET[Math.floor(value / weight) % 85]!;
  }
  return text;
}
