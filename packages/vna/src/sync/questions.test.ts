import { expect, it } from 'vitest';
import { answerTo } from './questions.ts';

const lines: unknown[] = [];
const log = { info() {}, warn() {}, error: (fields: object) => void lines.push(fields), debug() {} } as never;
const question = (name: string, params = {}) => ({ type: 'question', id: 1, name, params }) as const;
const answers = {
  double: ({ x }: Readonly<Record<string, unknown>>) => Promise.resolve(Number(x) * 2),
  fail: () => {
    throw new Error('on purpose');
  },
};

it('answers what it knows', async () => {
  expect(await answerTo(question('double', { x: 4 }), answers, log)).toBe(8);
});

it('has nothing to say to what it does not know', async () => {
  expect(await answerTo(question('constructor'), answers, log)).toBeNull();
});

it('logs an answer that fails', async () => {
  expect(await answerTo(question('fail'), answers, log)).toBeNull();
  expect(lines).toEqual([{ question: 'fail', error: 'Error: on purpose' }]);
});
