import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Node } from '../lab/node.ts';

/** The program's command, built or, as in the tests, from its source. */
const RESPONDER = import.meta.url.endsWith('.js')
  ? [fileURLToPath(new URL('responder.js', import.meta.url))]
  : ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('responder.ts', import.meta.url))];

/** The program in a VM that answers with the VM's name and asks others for theirs. */
export class Prober {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  static async start(vm: Node): Promise<Prober> {
    const [program = '', ...args] = vm.command([process.execPath, ...RESPONDER, vm.name]);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const prober = new Prober(child, createInterface({ input: child.stdout }));
    await prober.#next();
    return prober;
  }

  /**
   * Sends questions to an address until someone answers.
   * @returns the name of the machine that answered, null when none did in time
   */
  async whoIs(address: string, timeout: number): Promise<string | null> {
    const answer = this.#last.then(async () => {
      this.#child.stdin?.write(`${JSON.stringify({ to: address, timeout })}\n`);
      return ((await this.#next()) as { answer: string | null }).answer;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.#child.kill();
  }

  async #next(): Promise<unknown> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('The responder in a VM has ended');
    return JSON.parse(line.value) as unknown;
  }
}
