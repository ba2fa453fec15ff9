import { VnetError, parseSecurityRules } from '@vnet/model';
import type { Completion, Edit, Revision } from './rule.ts';

/**
 * A group may name itself, and groups each other; each has to be there when it is named.
 * @throws {VnetError} ArgumentError naming line, rule, what is wrong, and an example
 */
async function checkRules(edit: Edit, rules: string | undefined, own: string | undefined): Promise<void> {
  if (rules === undefined) return;
  const { parsed, errors } = parseSecurityRules(rules);
  const [error] = errors;
  if (error !== undefined) throw new VnetError('ArgumentError', `rules: line ${error.line}: ${error.message}`);
  const named = parsed.flatMap(({ peer }) => (typeof peer === 'string' ? [peer] : []));
  const groups = await edit.tx.allIn('security_group', 'uuid', named);
  const known = new Set<string | undefined>([own, ...groups.map(({ uuid }) => uuid)]);
  for (const { line, text, peer } of parsed) {
    if (typeof peer !== 'string' || known.has(peer)) continue;
    throw new VnetError(
      'ArgumentError',
      `rules: line ${line}: Unknown security group uuid in rule '${text}'; make the group ${peer} first`,
    );
  }
}

export const completeSecurityGroup: Completion<'security_group'> = async (edit, draft) => {
  await checkRules(edit, draft.rules, draft.uuid);
  return draft;
};

export const reviseSecurityGroup: Revision<'security_group'> = async (edit, row, patch) => {
  await checkRules(edit, patch.rules, row.uuid);
  return patch;
};
