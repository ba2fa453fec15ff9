import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isOrphan, listRecords, recordDir, type LabRecord } from './registry.ts';

const SCRIPT = fileURLToPath(new URL('../../bin/keeper.sh', import.meta.url));

/** Watches over a lab from a process of its own, and ends it when this process is no more. */
export class Keeper {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(lab: Pick<LabRecord, 'id'>) {
    // In a session of its own, so that Ctrl-C on the terminal does not reach it. Only the lab's own directory is removed: one
    // that its user has chosen stays, with the logs in it.
    this.#child = spawn('sh', [SCRIPT, lab.id, recordDir(lab.id)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#child.on('exit', () => resolve());
      this.#child.on('error', reject);
    });
    // A keeper without work must not keep its owner from ending.
    this.#child.unref();
    const pipe = this.#child.stdin as unknown as { unref?: () => void } | null;
    pipe?.unref?.();
  }

  /** Ends the lab; when the promise settles nothing of it is left. */
  async endLab(): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end();
    return this.#exited;
  }
}

/** Ends a lab that has no keeper (any more). */
export async function endLab(lab: Pick<LabRecord, 'id'>): Promise<void> {
  return new Keeper(lab).endLab();
}

/** Ends the labs whose owner has died together with its keeper. */
export async function endOrphans(): Promise<void> {
  await Promise.all(listRecords().filter(isOrphan).map(endLab));
}
