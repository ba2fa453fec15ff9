import { join } from 'node:path';
import { run, type Result, type RunOptions } from './command.ts';
import { Daemon, type DaemonOptions } from './daemon.ts';

/** Set in every process of a lab, so that none is forgotten when the lab ends, wherever it has gone. */
export const MEMBER_VARIABLE = 'VNET_LAB_MEMBER';

export interface Surroundings {
  readonly labId: string;
  /** Undefined: the machine itself. */
  readonly namespace: string | undefined;
  readonly logDir: string;
}

/** A place in which programs run: the namespace of one node, or the machine itself. */
export class Node {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly #labId: string;
  readonly #logDir: string;

  constructor(name: string, surroundings: Surroundings) {
    this.name = name;
    this.namespace = surroundings.namespace;
    this.#labId = surroundings.labId;
    this.#logDir = surroundings.logDir;
  }

  /** The whole command that runs `argv` here, for those who start it themselves. */
  command(argv: readonly string[]): readonly string[] {
    const marked = ['env', `${MEMBER_VARIABLE}=${this.#labId}`, ...argv];
    return this.namespace === undefined ? marked : ['ip', 'netns', 'exec', this.namespace, ...marked];
  }

  /**
   * Runs a command to its end.
   * @throws CommandError when it does not exit with 0, unless `anyExit` is given
   */
  async exec(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    return run(this.command(argv), options);
  }

  /** Starts a program that goes on; its log is `<lab dir>/logs/<node>-<name>.log`. */
  spawn(name: string, argv: readonly string[], options: DaemonOptions = {}): Daemon {
    return new Daemon(this.command(argv), join(this.#logDir, `${this.name}-${name}.log`), options);
  }
}
