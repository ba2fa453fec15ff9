/** What `vnctl apply` is about to do. */
import { changeLine, type Change } from './changes.ts';

/** The answer of `POST /apply`. */
export interface PlanAnswer {
  readonly applied: boolean;
  readonly plan: readonly PlannedChange[];
  readonly unchanged: number;
}

export interface PlannedChange extends Change {
  /** `interfaces`, `datapaths.networks` */
  readonly section: string;
  /** What is at the other end of a row without a uuid. */
  readonly other?: string;
}

/** One line for each change, and how many there are. */
export function planText({ plan, unchanged }: PlanAnswer): string {
  const count = (operation: Change['operation']): number => plan.filter((one) => one.operation === operation).length;
  const summary =
    `${count('create')} to add, ${count('update')} to change, ` +
    `${count('delete')} to delete, ${unchanged} unchanged`;
  return [...plan.map(line), summary].join('\n');
}

/** Of everything that is changed. */
export function namesInPlan({ plan }: PlanAnswer): string[] {
  return [...new Set(plan.map(({ uuid }) => uuid ?? ''))];
}

function line(change: PlannedChange): string {
  const { section, uuid, other } = change;
  return changeLine(change, [section.replaceAll('.', ' '), uuid, other].filter(Boolean).join(' '));
}
