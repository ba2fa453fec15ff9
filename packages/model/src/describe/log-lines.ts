/**
 * The texts of the warnings and errors that a source file can log: the last argument of `log.warn` and `log.error`, and the
 * `message` of what a unit of the compiler warns of. Texts with parts that vary are left out.
 */
export function warningsIn(source: string): string[] {
  const calls = source.matchAll(/log(?:\.warn|\.error|\[level\])\([^;]*?'([^'\n]{8,})',?\s*\)/gi);
  const outputs = source.matchAll(/^ +message: '([^'\n]{8,})',$/gm);
  return [...calls, ...outputs].map(([, text]) => text!);
}
