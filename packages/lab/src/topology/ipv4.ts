/** `10.1.0.11/24` → the address as an unsigned number and the length of its prefix. */
export function parsePrefixed(text: string): { readonly address: number; readonly length: number } {
  const [address = '', length = '32'] = text.split('/');
  return { address: parseAddress(address), length: Number(length) };
}

export function parseAddress(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Whether `address` (`10.1.0.1`) is in the subnet of `prefixed` (`10.1.0.11/24`). */
export function inSubnetOf(address: string, prefixed: string): boolean {
  const { address: own, length } = parsePrefixed(prefixed);
  const size = 2 ** (32 - length);
  return Math.floor(own / size) === Math.floor(parseAddress(address) / size);
}
