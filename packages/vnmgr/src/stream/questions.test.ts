import type { AgentQuestion } from '@vnet/model';
import { expect, it } from 'vitest';
import { Questions } from './questions.ts';

function asking() {
  const sent: (readonly [string, AgentQuestion])[] = [];
  const questions = new Questions<string>({ send: (peer, question) => void sent.push([peer, question]) });
  return { sent, questions };
}

it('gathers the answers in the order of those asked', async () => {
  const { sent, questions } = asking();
  const answers = questions.ask(['a', 'b'], 'status', { x: 1 }, 10_000);
  expect(sent.map(([peer, { name, params }]) => [peer, name, params])).toEqual([
    ['a', 'status', { x: 1 }],
    ['b', 'status', { x: 1 }],
  ]);
  for (const [peer, { id }] of sent.toReversed())
    questions.answered(peer, { type: 'answer', id, body: `${peer} says` });
  expect(await answers).toEqual(['a says', 'b says']);
});

it('does without one who is gone, is late, or knows nothing of it', async () => {
  const { sent, questions } = asking();
  const answers = questions.ask(['gone', 'late', 'ignorant'], 'status', {}, 20);
  questions.gone('gone');
  questions.answered('ignorant', { type: 'answer', id: sent[2]![1].id, body: null });
  expect(await answers).toEqual([undefined, undefined, undefined]);
  questions.answered('late', { type: 'answer', id: sent[1]![1].id, body: 'too late' });
});

it('takes no answer from one who was not asked', async () => {
  const { sent, questions } = asking();
  const answers = questions.ask(['a'], 'status', {}, 10_000);
  questions.answered('b', { type: 'answer', id: sent[0]![1].id, body: 'not me' });
  questions.answered('a', { type: 'answer', id: sent[0]![1].id, body: 'me' });
  expect(await answers).toEqual(['me']);
});

it('ends all questions when it is closed', async () => {
  const { questions } = asking();
  const answers = questions.ask(['a'], 'status', {}, 10_000);
  questions.close();
  expect(await answers).toEqual([undefined]);
});
