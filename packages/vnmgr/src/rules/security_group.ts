import { VnetError, parseSecurityRules } from '@vnet/model';
import type { Completion, Reaction, Revision } from './rule.ts';
import { changesOf } from './rule.ts';

/** @throws {VnetError} ArgumentError naming line, rule and what is wrong */
function checkRules(rules: string | undefined): void {
  const [error] = parseSecurityRules(rules ?? '').errors;
  if (error !== undefined) throw new VnetError('ArgumentError', `rules: line ${error.line}: ${error.message}`);
}

export const completeSecurityGroup: Completion<'security_group'> = (_edit, draft) => {
  checkRules(draft.rules);
  return Promise.resolve(draft);
};

export const reviseSecurityGroup: Revision<'security_group'> = (_edit, _row, patch) => {
  checkRules(patch.rules);
  return Promise.resolve(patch);
};

/** Groups that rules name are there; those that one document makes may name each other. */
export const peerGroups: Reaction = {
  on: ['security_group'],
  run: async (edit, changes) => {
    const changed = changesOf('security_group', changes).filter(({ before, after }) => before?.rules !== after?.rules);
    const named = changed.flatMap(({ after }) =>
      parseSecurityRules(after?.rules ?? '').parsed.flatMap(({ line, text, peer }) =>
        typeof peer === 'string' ? [{ line, text, peer }] : [],
      ),
    );
    const peers = named.map(({ peer }) => peer);
    const known = new Set((await edit.tx.allIn('security_group', 'uuid', peers)).map(({ uuid }) => uuid));
    const lost = named.find(({ peer }) => !known.has(peer));
    if (lost === undefined) return;
    throw new VnetError(
      'ArgumentError',
      `rules: line ${lost.line}: Unknown security group uuid in rule '${lost.text}'; make the group ${lost.peer} first`,
    );
  },
};
