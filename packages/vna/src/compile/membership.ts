import type { Domain } from './domain.ts';
import type { Emit } from './emit.ts';
import { floodMember } from './flood.ts';

/** Someone on this host is in a domain: an interface, or whatever else has the number `member` in registers. */
export function joinDomain(emit: Emit, { kind, id, key }: Domain, member: number): void {
  emit.output('scope', `${kind}/${id}`, true);
  emit.output(kind === 'network' ? 'localNetwork' : 'localSegment', id, true);
  emit.need(kind, id);
  floodMember(emit, key, member);
}
