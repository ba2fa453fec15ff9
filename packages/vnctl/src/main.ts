import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';
import { run } from './run.ts';

/** @throws Failure for a file that is there and cannot be read */
function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`);
  }
}

// Whoever reads the output may have seen enough: vnctl networks show | head -1
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stderr.write(`${line}\n`),
  readFile,
  readStdin: () => readFileSync(0, 'utf8'),
});
