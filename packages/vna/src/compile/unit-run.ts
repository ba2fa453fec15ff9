import type { Bucket, Cell, Follower } from '../state/state.ts';
import type { OutputKind } from './emit.ts';
import type { FlowContribution } from './merge.ts';

/** What a unit ties itself to, besides its flows. `key` is unique within the unit. */
export type Link =
  | {
      readonly key: string;
      readonly target: 'output';
      readonly kind: OutputKind;
      readonly name: string;
      readonly value: unknown;
    }
  | { readonly key: string; readonly target: 'unit'; readonly kind: string; readonly id: number }
  | {
      readonly key: string;
      readonly target: 'each';
      readonly kind: string;
      readonly bucket: Bucket<UnitRun>;
      follower?: Follower;
    };

/** A unit with what it read and wrote the last time it ran. */
export class UnitRun {
  readonly kind: string;
  readonly id: number;
  /** How many other units need this one. */
  users = 0;
  /** By key. */
  flows = new Map<string, FlowContribution>();
  links: Link[] = [];
  reads: Cell<UnitRun>[] = [];

  constructor(kind: string, id: number) {
    this.kind = kind;
    this.id = id;
  }

  /** Lets go of what it read and wrote. */
  forget(): void {
    for (const cell of this.reads) cell.readers.delete(this);
    this.reads = [];
    this.flows = new Map();
    this.links = [];
  }
}

export function sameLink(a: Link, b: Link): boolean {
  if (a.target === 'output' && b.target === 'output') return JSON.stringify(a.value) === JSON.stringify(b.value);
  if (a.target === 'each' && b.target === 'each') return a.bucket === b.bucket;
  return a.target === b.target;
}
