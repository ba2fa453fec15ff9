import { spawn } from 'node:child_process';

export interface Result {
  /** Exit code; 128 + signal number is not used: a signal is a `CommandError`. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ended with another exit code than 0, by a signal, or not in time. */
export class CommandError extends Error {
  readonly argv: readonly string[];
  readonly result: Result;

  constructor(argv: readonly string[], how: string, result: Result) {
    super(`${argv.join(' ')}: ${how}\n${result.stderr || result.stdout}`.trimEnd());
    this.name = 'CommandError';
    this.argv = argv;
    this.result = result;
  }
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the command is killed; none unless given. */
  readonly timeout?: number;
  /** Return the result also when the exit code is not 0. */
  readonly anyExit?: boolean;
}

/**
 * Runs a command to its end.
 * @throws CommandError when it does not exit with 0 (with `anyExit`: only when a signal ends it)
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError('A command needs at least one word');
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: 'SIGKILL' }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const result = { code: code ?? -1, stdout, stderr };
      if (code === 0 || (code !== null && options.anyExit)) resolve(result);
      else reject(new CommandError(argv, signal ? `ended by ${signal}` : `exit code ${code}`, result));
    });
  });
}
