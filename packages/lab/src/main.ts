import { createProgram } from './cli/program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
