import { environmentName, kebab, type OptionDeclaration, type OptionTable } from './declare.ts';

export interface ProgramText {
  readonly program: string;
  /** What the program does, one line. */
  readonly summary: string;
  /** Further forms of calling it, for example `vnmgr keygen DIR [NODE…]`. */
  readonly forms?: readonly string[];
}

/** The text of `--help`. */
export function usage({ program, summary, forms = [] }: ProgramText, table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => [
    `--${kebab(name)}${option.kind === 'flag' ? '' : ` ${option.value}`}`,
    `${option.doc}${remark(option)}`,
    environmentName(name),
  ]);
  rows.push(['--config FILE.yaml', 'the same options as keys of a file', 'VNET_CONFIG']);
  const [optionWidth, docWidth] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    ([option, doc, env]) => `  ${option!.padEnd(optionWidth!)}  ${doc!.padEnd(docWidth!)}  ${env}`,
  );
  const calls = [`${program} [options]`, ...forms].map(
    (form, index) => `${index === 0 ? 'Usage: ' : '       '}${form}`,
  );
  return `${summary}\n\n${calls.join('\n')}\n\n${lines.join('\n')}\n`;
}

function remark(option: OptionDeclaration): string {
  if (option.kind === 'flag') return '';
  const standard = option.kind === 'list' ? option.default.join(',') : option.default;
  const remarks = [
    ...(option.kind === 'list' ? ['repeatable'] : []),
    ...(option.kind === 'text' && option.required ? ['required'] : []),
    ...(standard ? [`default ${standard}`] : []),
  ];
  return remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
}
