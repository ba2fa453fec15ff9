import { CommanderError } from 'commander';
import { ApiFailure, callApi, type Answer, type AppliedAnswer } from './api.ts';
import { applyDocument } from './apply.ts';
import { runBatch } from './batch.ts';
import { normalizeArguments } from './commands/arguments.ts';
import { buildProgram, type Invocation } from './commands/program.ts';
import { commandSpecs, requestsOf, type Request } from './commands/specification.ts';
import { completionScript, findShell } from './completion/script.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { warningsAbout } from './output/agents.ts';
import { isRow, type Row } from './output/answers.ts';
import { checkHasNames } from './output/names.ts';
import { render, renderExactly } from './output/print.ts';
import type { GetItems } from './output/references.ts';
import { readSettings, type GivenSettings, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line (without the program's name) and says how it went. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram(commandSpecs, terminal, {
    onCommand: async (invocation) => {
      exitCode = await perform(invocation, terminal);
    },
    onBatch: async (file, settings) => {
      exitCode = await runBatch(file, terminal, (line) => run([...settingWords(settings), ...line], terminal));
    },
    onCompletion: (shell) => {
      terminal.print(completionScript(findShell(shell), commandSpecs));
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

/** What was said of a whole batch holds for each of its lines that does not say otherwise. */
function settingWords({ api, output }: GivenSettings): string[] {
  return [...(api === undefined ? [] : ['--api', api]), ...(output === undefined ? [] : ['--output', output])];
}

/** Each uuid of a command is tried; the worst result is the command's. */
async function perform(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const { spec, uuids, params, waitSeconds } = invocation;
  const settings = readSettings(invocation, terminal);
  let worst: ExitCode = exitCodes.done;
  for (const request of requestsOf(spec, uuids, params, waitSeconds)) {
    if (settings.format === 'name') checkHasNames(request.endpoint);
    const exitCode = await tryOne(invocation, request, settings, terminal);
    // A change that failed is worse than one that is late.
    if (worst !== exitCodes.failed && exitCode !== exitCodes.done) worst = exitCode;
  }
  return worst;
}

async function tryOne(
  invocation: Invocation,
  request: Request,
  settings: Settings,
  terminal: Terminal,
): Promise<ExitCode> {
  const perform = invocation.spec.document ? applyDocument : performRequest;
  try {
    const { applied, body } = await perform(invocation, request, settings, terminal);
    if (applied === undefined) return exitCodes.done;
    const exitCode = reportApplied(applied, invocation.waitSeconds, terminal);
    for (const line of await warningsOf(body, settings)) terminal.warn(line);
    return exitCode;
  } catch (error) {
    if (error instanceof ApiFailure && (settings.format === 'json' || settings.format === 'yaml')) {
      terminal.print(renderExactly(settings.format, error.body));
    }
    return report(error, terminal);
  }
}

async function performRequest(
  _invocation: Invocation,
  request: Request,
  settings: Settings,
  terminal: Terminal,
): Promise<Answer> {
  const answer = await callApi(settings.api, request.call);
  const getItems: GetItems = async (path, params) => {
    const list = await callApi(settings.api, { method: 'GET', path, params });
    return (list.body as { readonly items: readonly Row[] }).items;
  };
  const text = await render(settings, request, answer.body, getItems);
  if (text !== '') terminal.print(text);
  return answer;
}

/** What agents warn of that is about the object of an answer, or its interface. The change is made: a failure here is none. */
async function warningsOf(body: unknown, { api }: Settings): Promise<readonly string[]> {
  if (!isRow(body)) return [];
  const names = [body['uuid'], body['interface_uuid']].filter((name) => typeof name === 'string');
  if (names.length === 0) return [];
  try {
    const { body: agents } = await callApi(api, { method: 'GET', path: '/agents', params: {} });
    return warningsAbout(agents, names);
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
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
