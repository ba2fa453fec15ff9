import type { Domain } from './domain.ts';
import type { Emit } from './emit.ts';
import { floodMember } from './flood.ts';

/** Someone on this host is in a domain: an interface, or whatever else has the number `member` in registers. */
export function joinDomain(emit: Emit, domain: Domain, member: number): void {
  useDomain(emit, domain);
  emit.need(domain.kind, domain.id);
  floodMember(emit, domain.key, member);
}

/** What others hear of a domain that is in use here. */
export function useDomain(emit: Emit, { kind, id }: Domain): void {
  emit.output('scope', `${kind}/${id}`, true);
  emit.output(kind === 'network' ? 'localNetwork' : 'localSegment', id, true);
}
