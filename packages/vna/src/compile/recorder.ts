import { checkContract, type Flow } from '../pipeline/flow.ts';
import type { IndexKey } from '../state/index-key.ts';
import type { Cell, State } from '../state/state.ts';
import type { IndexName, TableName, Tables } from '../state/tables.ts';
import type { Emit, FlowPart, OutputKind, Outputs, Unit, View } from './emit.ts';
import { describeKey, FlowContribution } from './merge.ts';
import { UnitRun, type Link } from './unit-run.ts';

/** What a unit sees and writes through while it runs. */
export class Recorder implements View, Emit {
  readonly #state: State<UnitRun>;
  #run = new UnitRun('', 0);
  #problems: string[] = [];

  constructor(state: State<UnitRun>) {
    this.#state = state;
  }

  /**
   * Runs a unit; what it reads and writes is noted in `run`.
   * @returns what was wrong with it: a bug, or rows that contradict each other
   */
  record(run: UnitRun, unit: Unit): readonly string[] {
    this.#run = run;
    this.#problems = [];
    try {
      unit(this, this, run.id);
    } catch (error) {
      this.#problems.push(`unit ${run.kind}/${run.id}: ${String(error)}`);
    }
    return this.#problems;
  }

  get<T extends TableName>(table: T, id: number | null | undefined): Tables[T] | undefined {
    if (id === null || id === undefined) return undefined;
    const cell = this.#state.rowCell(table, id);
    this.#reads(cell);
    return cell.row as Tables[T] | undefined;
  }

  find<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey): readonly Tables[T][] {
    return this.findIds(table, index, key).map((id) => this.get(table, id)!);
  }

  findIds<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey): readonly number[] {
    const bucket = this.#state.bucket(table, index, key);
    this.#reads(bucket);
    const ids = bucket.ids.toArray();
    if (ids.length > 1) ids.sort((a, b) => a - b);
    return ids;
  }

  flow(flow: Flow): void {
    checkContract(flow);
    this.#write(new FlowContribution(this.#run, flow));
  }

  flowPart(part: FlowPart): void {
    checkContract(part);
    this.#write(new FlowContribution(this.#run, part, part));
  }

  output<K extends OutputKind>(kind: K, name: string | number, value: Outputs[K]): void {
    this.#link({ key: `${kind} ${name}`, target: 'output', kind, name: String(name), value });
  }

  need(kind: string, id: number): void {
    this.#link({ key: `unit ${kind}/${id}`, target: 'unit', kind, id });
  }

  each<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey, kind: string): void {
    const bucket = this.#state.bucket(table, index, key);
    this.#link({ key: `each ${table} ${index} ${String(key)} ${kind}`, target: 'each', kind, bucket });
  }

  #reads(cell: Cell<UnitRun>): void {
    if (cell.readers.add(this.#run)) this.#run.reads.push(cell);
  }

  #write(flow: FlowContribution): void {
    const earlier = this.#run.flows.get(flow.key);
    if (!earlier) this.#run.flows.set(flow.key, flow);
    else if (earlier.cookie !== flow.cookie) {
      const { kind, id } = this.#run;
      this.#problems.push(`unit ${kind}/${id} writes flow ${describeKey(flow.key)} in two ways`);
    }
  }

  #link(link: Link): void {
    if (!this.#run.links.some((each) => each.key === link.key)) this.#run.links.push(link);
  }
}
