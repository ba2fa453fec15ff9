import type { AgentQuestion, AgentStatus } from '@vnet/model';
import { expect, it } from 'vitest';
import { Questions } from './questions.ts';

function asking() {
  const sent: (readonly [string, AgentQuestion])[] = [];
  const wrong: unknown[] = [];
  const questions = new Questions<string>({
    send: (peer, question) => void sent.push([peer, question]),
    onWrong: (...about) => void wrong.push(about),
  });
  return { sent, wrong, questions };
}

const statusOf = (bridge: string): AgentStatus => ({ bridge, flows: 1, interfaces: 2, networks: 3, warnings: [] });

it('gathers the answers in the order of those asked', async () => {
  const { sent, questions } = asking();
  const answers = questions.ask(['a', 'b'], 'rule_stats', { uuid: 'sg-x' }, 10_000);
  expect(sent.map(([peer, { name, params }]) => [peer, name, params])).toEqual([
    ['a', 'rule_stats', { uuid: 'sg-x' }],
    ['b', 'rule_stats', { uuid: 'sg-x' }],
  ]);
  const body = (peer: string) => ({
    rules: [],
    denied: [{ interface: peer, direction: 'egress', packets: 1, bytes: 2 }],
  });
  for (const [peer, { id }] of sent.toReversed()) questions.answered(peer, { type: 'answer', id, body: body(peer) });
  expect(await answers).toEqual([body('a'), body('b')]);
});

it('does without one who is gone, is late, or knows nothing of it', async () => {
  const { sent, wrong, questions } = asking();
  const answers = questions.ask(['gone', 'late', 'ignorant'], 'status', {}, 20);
  questions.gone('gone');
  questions.answered('ignorant', { type: 'answer', id: sent[2]![1].id, body: null });
  expect(await answers).toEqual([undefined, undefined, undefined]);
  questions.answered('late', { type: 'answer', id: sent[1]![1].id, body: statusOf('late') });
  expect(wrong).toEqual([]);
});

it('takes no answer from one who was not asked', async () => {
  const { sent, questions } = asking();
  const answers = questions.ask(['a'], 'status', {}, 10_000);
  questions.answered('b', { type: 'answer', id: sent[0]![1].id, body: statusOf('not me') });
  questions.answered('a', { type: 'answer', id: sent[0]![1].id, body: statusOf('me') });
  expect(await answers).toEqual([statusOf('me')]);
});

it.each([
  ['body', 'text'],
  ['flows', { ...statusOf('br0'), flows: 'many' }],
  ['warnings', { ...statusOf('br0'), warnings: [{ details: {} }] }],
  ['networks', { bridge: 'br0', flows: 1, interfaces: 2, warnings: [] }],
])('counts an answer as none whose %s is not what it should be, and says so', async (field, body) => {
  const { sent, wrong, questions } = asking();
  const answers = questions.ask(['a'], 'status', {}, 10_000);
  questions.answered('a', { type: 'answer', id: sent[0]![1].id, body });
  expect(await answers).toEqual([undefined]);
  expect(wrong).toEqual([['a', 'status', field]]);
});

it('ends all questions when it is closed', async () => {
  const { questions } = asking();
  const answers = questions.ask(['a'], 'status', {}, 10_000);
  questions.close();
  expect(await answers).toEqual([undefined]);
});
