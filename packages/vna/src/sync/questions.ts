import type { AgentQuestion } from '@vnet/model';
import type { Log } from '../log.ts';

/** What the agent can tell when it is asked, by the name of the question. Reads, and changes nothing. */
export type Answers = Readonly<Record<string, (params: AgentQuestion['params']) => unknown>>;

/** @returns null for a question that this agent does not know, or could not answer */
export async function answerTo({ name, params }: AgentQuestion, answers: Answers, log: Log): Promise<unknown> {
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
  if (answer === undefined) return null;
  try {
    return (await answer(params)) ?? null;
  } catch (error) {
    log.error({ question: name, error: String(error) }, 'a question of the manager could not be answered');
    return null;
  }
}
