import type { AgentAnswer, AgentQuestion, AnswerOf, ParamsOf, QuestionName } from '@vnet/model';
import { wrongInAnswer } from './answers.ts';

/** A question that has been sent, to one who may answer or be gone first. */
interface Open<Peer> {
  readonly peer: Peer;
  readonly name: QuestionName;
  readonly settle: (body: unknown) => void;
}

export interface QuestionsOptions<Peer> {
  readonly send: (peer: Peer, question: AgentQuestion) => void;
  /** An answer is not what it should be: it counts as none. */
  readonly onWrong: (peer: Peer, name: QuestionName, field: string) => void;
}

/** Asks agents what only they can tell. One that is gone, or does not answer in time, has nothing to say: undefined. */
export class Questions<Peer> {
  readonly #options: QuestionsOptions<Peer>;
  readonly #open = new Map<number, Open<Peer>>();
  #lastId = 0;

  constructor(options: QuestionsOptions<Peer>) {
    this.#options = options;
  }

  /** @returns what each of them says, in their order */
  async ask<N extends QuestionName>(
    peers: readonly Peer[],
    name: N,
    params: ParamsOf<N>,
    patienceMs: number,
  ): Promise<(AnswerOf<N> | undefined)[]> {
    return await Promise.all(peers.map((peer) => this.#askOne(peer, name, params, patienceMs)));
  }

  answered(peer: Peer, { id, body }: AgentAnswer): void {
    const open = this.#open.get(id);
    // An answer that comes too late, or from one who was not asked.
    if (open?.peer !== peer) return;
    const wrong = body === null ? undefined : wrongInAnswer(open.name, body);
    if (wrong !== undefined) this.#options.onWrong(peer, open.name, wrong);
    open.settle(wrong === undefined ? (body ?? undefined) : undefined);
  }

  gone(peer: Peer): void {
    for (const open of [...this.#open.values()]) if (open.peer === peer) open.settle(undefined);
  }

  close(): void {
    for (const open of [...this.#open.values()]) open.settle(undefined);
  }

  #askOne<N extends QuestionName>(
    peer: Peer,
    name: N,
    params: ParamsOf<N>,
    patienceMs: number,
  ): Promise<AnswerOf<N> | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const settle = (body: unknown): void => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve(body as AnswerOf<N> | undefined);
      };
      const timer = setTimeout(() => settle(undefined), patienceMs);
      this.#open.set(id, { peer, name, settle });
      this.#options.send(peer, { type: 'question', id, name, params: { ...params } });
    });
  }
}
