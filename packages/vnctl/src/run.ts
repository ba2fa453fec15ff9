import { CommanderError } from 'commander';
import { ApiFailure, callApi, type AppliedAnswer } from './api.ts';
import { runBatch } from './batch.ts';
import { normalizeArguments } from './commands/arguments.ts';
import { buildProgram, type Invocation } from './commands/program.ts';
import { commandSpecs, requestsOf, type Request } from './commands/specification.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { render, renderExactly } from './output/print.ts';
import type { GetItems } from './output/references.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line (without the program's name) and says how it went. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram(commandSpecs, terminal, {
    onCommand: async (invocation) => {
      exitCode = await perform(invocation, terminal);
    },
    onBatch: async (file) => {
      exitCode = await runBatch(file, terminal, run);
    },
  });
  try {
    await program.parseAsync(normalizeArguments(commandSpecs, argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return report(error, terminal);
  }
}

/** Each uuid of a command is tried; the worst result is the command's. */
async function perform(
  { spec, uuids, params, waitSeconds, ...options }: Invocation,
  terminal: Terminal,
): Promise<ExitCode> {
  const settings = readSettings(options, terminal);
  let worst: ExitCode = exitCodes.done;
  for (const request of requestsOf(spec, uuids, params, waitSeconds)) {
    const exitCode = await tryOne(request, settings, terminal);
    // A change that failed is worse than one that is late.
    if (worst !== exitCodes.failed && exitCode !== exitCodes.done) worst = exitCode;
  }
  return worst;
}

async function tryOne(request: Request, settings: Settings, terminal: Terminal): Promise<ExitCode> {
  try {
    return await performOne(request, settings, terminal);
  } catch (error) {
    if (error instanceof ApiFailure && settings.format !== 'table') {
      terminal.print(renderExactly(settings.format, error.body));
    }
    return report(error, terminal);
  }
}

async function performOne({ endpoint, call }: Request, settings: Settings, terminal: Terminal): Promise<ExitCode> {
  const { body, applied } = await callApi(settings.api, call);
  const getItems: GetItems = async (path, params) => {
    const list = await callApi(settings.api, { method: 'GET', path, params });
    return (list.body as { readonly items: Awaited<ReturnType<GetItems>> }).items;
  };
  terminal.print(await render(settings.format, endpoint, body, getItems));
  return applied === undefined ? exitCodes.done : reportApplied(applied, call.waitSeconds, terminal);
}

function reportApplied(applied: AppliedAnswer, waitSeconds: number | undefined, terminal: Terminal): ExitCode {
  const { revision, agents, ms, behind } = applied;
  if (behind.length === 0) {
    terminal.warn(
      `in the switches of ${agents} ${agents === 1 ? 'agent' : 'agents'} after ${ms} ms (revision ${revision})`,
    );
    return exitCodes.done;
  }
  terminal.warn(
    `vnctl: changed, but not in every switch after ${waitSeconds} s (revision ${revision}); behind: ${behind.join(', ')}\n` +
      `  They apply it as soon as they can; look at the log of vna there, or give more --timeout.`,
  );
  return exitCodes.late;
}

function report(error: unknown, terminal: Terminal): ExitCode {
  if (!(error instanceof Failure)) throw error;
  terminal.warn(`vnctl: ${error.message}`);
  return error.exitCode;
}
