import type { AgentQuestion, AnswerOf, QuestionName } from '@vnet/model';
import type { Log } from '../log.ts';

type Answered<T> = T | undefined | Promise<T | undefined>;

/** What the agent can tell when it is asked, by the name of the question; undefined when it cannot. */
export type Answers = { readonly [N in QuestionName]: (params: AgentQuestion['params']) => Answered<AnswerOf<N>> };

/** @returns null for a question that this agent does not know, or could not answer */
export async function answerTo({ name, params }: AgentQuestion, answers: Answers, log: Log): Promise<unknown> {
  const answer = Object.hasOwn(answers, name) ? answers[name as QuestionName] : undefined;
  if (answer === undefined) return null;
  try {
    return (await answer(params)) ?? null;
  } catch (error) {
    log.error({ question: name, error: String(error) }, 'a question of the manager could not be answered');
    return null;
  }
}
