/** How the words of the API are written on the command line: plural and with dashes. */

/** `mac_leases` → `mac-leases` */
export function dashed(word: string): string {
  return word.replaceAll('_', '-');
}

/** `topologies` → `topology`, `networks` → `network`, `static` → `static` */
export function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

const VERBS: Readonly<Record<string, string>> = {
  create: 'add',
  update: 'modify',
  list: 'show',
  show: 'show',
  delete: 'del',
};

/** The verb of an endpoint as vnctl has it; actions (`attach`) keep their name. */
export function commandVerb(verb: string): string {
  return VERBS[verb] ?? dashed(verb);
}
