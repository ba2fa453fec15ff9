import type { OptionTable, OptionValues } from './declare.ts';
import { OptionError, readOptions } from './read.ts';
import { usage, type ProgramText } from './usage.ts';

/** Exit code of a program that was called wrongly. */
export const USAGE_EXIT_CODE = 2;

/**
 * The options of this process. `--help` is answered on stdout (exit 0), what cannot be used on stderr (exit 2).
 */
export function optionsOfProcess<Table extends OptionTable>(program: ProgramText, table: Table): OptionValues<Table> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(usage(program, table));
    process.exit(0);
  }
  try {
    return readOptions(table, { argv, env: process.env });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${program.program}: ${error.message}\n`);
    process.exit(USAGE_EXIT_CODE);
  }
}
