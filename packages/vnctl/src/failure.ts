/** Exit codes of vnctl. */
export const exitCodes = {
  done: 0,
  /** The API refused, or could not be reached. */
  failed: 1,
  /** vnctl was called wrongly. */
  usage: 2,
  /** `--wait`: the change is made, but not all agents have it yet. */
  late: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with a message on stderr: what is wrong, and what to do about it. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** For mistakes in the command line or the configuration. */
export function usageFailure(message: string): Failure {
  return new Failure(message, exitCodes.usage);
}
