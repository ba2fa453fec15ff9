import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '../topology/schema.ts';
import { startOf } from './processes.ts';

/** Where every lab of this machine has a directory with its record. */
export const REGISTRY = '/run/vnet-lab';

export interface Owner {
  readonly pid: number;
  readonly started: number;
}

/** What another process must know to use a lab, or to end it. */
export interface LabRecord {
  readonly id: string;
  /** Directory with the switches' files and the logs. */
  readonly dir: string;
  /** The process with which the lab ends; null for a lab that stays until `lab down`. */
  readonly owner: Owner | null;
  /** With VMs on the hosts on which they are now. */
  readonly topology: Topology;
}

export class NameTakenError extends Error {
  constructor(id: string) {
    super(`A lab named "${id}" is up already: end it with \`lab down ${id}\`, or choose another name`);
    this.name = 'NameTakenError';
  }
}

export function recordDir(id: string): string {
  return join(REGISTRY, id);
}

/** @throws NameTakenError */
export function claimName(id: string): void {
  mkdirSync(REGISTRY, { recursive: true });
  try {
    mkdirSync(recordDir(id));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new NameTakenError(id);
    throw error;
  }
}

export function writeRecord(record: LabRecord): void {
  const file = join(recordDir(record.id), 'lab.json');
  // Renamed into place: whoever reads it finds all of it.
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

/** @returns undefined for a name without a complete record: a lab just being claimed, or none */
export function readRecord(id: string): LabRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(recordDir(id), 'lab.json'), 'utf8')) as LabRecord;
  } catch {
    return undefined;
  }
}

export function listRecords(): readonly LabRecord[] {
  let ids: string[];
  try {
    ids = readdirSync(REGISTRY);
  } catch {
    return [];
  }
  return ids.flatMap((id) => readRecord(id) ?? []);
}

/** Whether the lab's owner has died without the lab ending with it. */
export function isOrphan({ owner }: LabRecord): boolean {
  return owner !== null && startOf(owner.pid) !== owner.started;
}
