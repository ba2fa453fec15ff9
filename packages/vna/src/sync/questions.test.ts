import { expect, it } from 'vitest';
import { answerTo, type Answers } from './questions.ts';

const lines: unknown[] = [];
const log = { info() {}, warn() {}, error: (fields: object) => void lines.push(fields), debug() {} } as never;
const question = (name: string, params = {}) => ({ type: 'question', id: 1, name, params }) as const;
const status = { bridge: 'br0', flows: 3, interfaces: 1, networks: 1, warnings: [] };
const answers: Answers = {
  status: () => Promise.resolve(status),
  bonds: () => undefined,
  why: () => {
    throw new Error('on purpose');
  },
  rule_stats: ({ uuid }) => (uuid === 'sg-a' ? { rules: [], denied: [] } : undefined),
};

it('answers what it knows', async () => {
  expect(await answerTo(question('status'), answers, log)).toEqual(status);
  expect(await answerTo(question('rule_stats', { uuid: 'sg-a' }), answers, log)).toEqual({ rules: [], denied: [] });
});

it('has nothing to say to what it does not know', async () => {
  expect(await answerTo(question('constructor'), answers, log)).toBeNull();
  expect(await answerTo(question('rule_stats', { uuid: 'sg-b' }), answers, log)).toBeNull();
});

it('logs an answer that fails', async () => {
  expect(await answerTo(question('why'), answers, log)).toBeNull();
  expect(lines).toEqual([{ question: 'why', error: 'Error: on purpose' }]);
});
