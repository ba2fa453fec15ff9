import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 8;

/** `nw-` and 8 random letters or digits, as OpenVNet made them. */
export function newUuid(prefix: string): string {
  const id = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${prefix}-${id}`;
}
