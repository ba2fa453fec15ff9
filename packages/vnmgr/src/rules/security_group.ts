import { type Row, VnetError, parseSecurityRules } from '@vnet/model';
import type { Completion, Edit, Revision } from './rule.ts';

/** @throws {VnetError} ArgumentError naming line, rule and what is wrong */
async function checkRules(edit: Edit, rules: string | undefined): Promise<void> {
  if (rules === undefined) return;
  const { parsed, errors } = parseSecurityRules(rules);
  const [error] = errors;
  if (error !== undefined) throw new VnetError('ArgumentError', `rules: line ${error.line}: ${error.message}`);
  for (const { line, text, peer } of parsed) {
    if (typeof peer !== 'string') continue;
    const group: Row<'security_group'> | undefined = await edit.tx.first('security_group', { uuid: peer });
    if (group !== undefined) continue;
    throw new VnetError(
      'ArgumentError',
      `rules: line ${line}: Unknown security group uuid in rule '${text}'; make the group ${peer} first`,
    );
  }
}

export const completeSecurityGroup: Completion<'security_group'> = async (edit, draft) => {
  await checkRules(edit, draft.rules);
  return draft;
};

export const reviseSecurityGroup: Revision<'security_group'> = async (edit, _row, patch) => {
  await checkRules(edit, patch.rules);
  return patch;
};
