/** `vnctl apply`: says what a document would change, then changes it. */
import { callApi, type Answer } from './api.ts';
import type { Invocation } from './commands/program.ts';
import type { Request } from './commands/specification.ts';
import { parseModelDocument } from './document.ts';
import { Failure } from './failure.ts';
import { namesInPlan, planText, type PlanAnswer } from './output/plan.ts';
import { renderExactly } from './output/print.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** @returns the answer of the change, or of the plan when that is all there is to do */
export async function applyDocument(
  { params, file = '-' }: Invocation,
  request: Request,
  settings: Settings,
  terminal: Terminal,
): Promise<Answer> {
  const { waitSeconds, ...call } = { ...request.call, document: readDocument(file, terminal) };
  const tell = (text: string): void => {
    if (settings.format === 'table') terminal.print(text);
  };
  let answer = await callApi(settings.api, { ...call, params: { ...params, dry_run: 'true' } });
  const planned = answer.body as PlanAnswer;
  tell(planText(planned));
  if (params['dry_run'] !== 'true' && planned.plan.length > 0) {
    answer = await callApi(settings.api, { ...call, ...(waitSeconds === undefined ? {} : { waitSeconds }) });
    const done = answer.body as PlanAnswer;
    if (!isSame(planned, done)) tell(`the model was changed meanwhile; this was done:\n${planText(done)}`);
    tell(`done (revision ${answer.revision})`);
  }
  const text = settings.format === 'table' ? '' : renderAnswer(settings.format, answer.body as PlanAnswer);
  if (text !== '') terminal.print(text);
  return answer;
}

function renderAnswer(format: Exclude<Settings['format'], 'table'>, answer: PlanAnswer): string {
  return format === 'name' ? namesInPlan(answer).join('\n') : renderExactly(format, answer);
}

function readDocument(file: string, terminal: Terminal): unknown {
  const text = file === '-' ? terminal.readStdin() : terminal.readFile(file);
  if (text === undefined) throw new Failure(`cannot read ${file}: there is no such file`);
  return parseModelDocument(file === '-' ? 'stdin' : file, text);
}

function isSame(a: PlanAnswer, b: PlanAnswer): boolean {
  return JSON.stringify(a.plan) === JSON.stringify(b.plan);
}
