/** `vnctl batch`: command lines from a file or from stdin, as OpenVNet's vnctl ran them (reference §4.1). */
import { exitCodes, Failure, usageFailure, type ExitCode } from './failure.ts';
import type { Terminal } from './terminal.ts';

type Run = (argv: readonly string[], terminal: Terminal) => Promise<ExitCode>;

/** Runs every line, also after one that failed; the result is that of the first that failed. */
export async function runBatch(file: string | undefined, terminal: Terminal, run: Run): Promise<ExitCode> {
  const text = file === undefined ? terminal.readStdin() : terminal.readFile(file);
  if (text === undefined) throw new Failure(`cannot read ${file}: there is no such file`);
  let result: ExitCode = exitCodes.done;
  terminal.print(`BEGIN (${file ?? ''})`);
  for (const line of commandLines(text)) {
    terminal.print(`> ${line}`);
    const exitCode = await run(splitWords(line), terminal);
    if (result === exitCodes.done) result = exitCode;
  }
  terminal.print('EOF');
  return result;
}

function commandLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Splits as a shell does: blanks between words, quotes and backslashes keep them together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part, single, double, escaped] of line.matchAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|\s+|[^\s'"\\]+|./gs,
  )) {
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (part === "'" || part === '"') {
      throw usageFailure(`a quote is not closed: ${line}`);
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? part);
    }
  }
  return word === undefined ? words : [...words, word];
}
