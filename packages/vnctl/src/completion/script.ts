/**
 * Scripts by which a shell completes commands and options, made from the table of commands. Both shells get the same two
 * functions, in the language that they share; what is around them is the shell's own.
 */
import { didYouMean } from '@vnet/model/options';
import { singular } from '../commands/names.ts';
import { commonOptions, optionsOf } from '../commands/options.ts';
import type { CommandSpec } from '../commands/specification.ts';
import { usageFailure } from '../failure.ts';

export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** Commands with their next words, those that are no requests among them. */
const LOCAL_WORDS: Readonly<Record<string, readonly string[]>> = { batch: [], completion: shells, help: [] };

/** @throws Failure for a shell that there is no script for */
export function findShell(name: string): Shell {
  const shell = shells.find((one) => one === name);
  if (shell !== undefined) return shell;
  throw usageFailure(
    `completion: there is no script for "${name}"${didYouMean(name, shells) || `; there are ${shells.join(', ')}`}`,
  );
}

export function completionScript(shell: Shell, specs: readonly CommandSpec[]): string {
  return [HEADS[shell], sharedFunctions(specs), FRONTS[shell]].join('\n');
}

const HEADS: Readonly<Record<Shell, string>> = {
  bash: '# bash completion for vnctl: put `source <(vnctl completion bash)` into ~/.bashrc',
  zsh: '#compdef vnctl\n# zsh completion for vnctl: put this into a file _vnctl in a directory of $fpath',
};

/**
 * `_vnctl_words "networks add"`: what may come next. `_vnctl_values "networks add" --mode`: the values of an option, `@` for
 * any, `@file` for the name of a file, nothing when it takes none. `_vnctl_plural network`: the word of the command.
 */
function sharedFunctions(specs: readonly CommandSpec[]): string {
  const nouns = new Set(specs.flatMap(({ words }) => words.slice(0, -1)));
  const plurals = [...nouns].filter((word) => singular(word) !== word);
  return [
    caseFunction(
      '_vnctl_words',
      '$1',
      nextWords(specs).map(([words, next]) => [quoted(words), `echo ${quoted(next.join(' '))}`]),
    ),
    caseFunction('_vnctl_values', '$1 $2', [
      ...specs.flatMap((spec) => valueCases(spec)),
      ["*' -o'|*' --output'", `echo ${quoted(commonOptions.get('--output')!.values!.join(' '))}`],
      ["*' --api'", "echo '@'"],
    ]),
    caseFunction('_vnctl_plural', '$1', [
      ...plurals.map((word): [string, string] => [quoted(singular(word)), `echo ${quoted(word)}`]),
      ['*', 'echo "$1"'],
    ]),
  ].join('\n');
}

/** After each beginning of a command its next words; after a whole one its options. */
function nextWords(specs: readonly CommandSpec[]): [string, string[]][] {
  const next = new Map<string, Set<string>>([['', new Set(Object.keys(LOCAL_WORDS))]]);
  for (const [word, words] of Object.entries(LOCAL_WORDS)) next.set(word, new Set(words));
  for (const spec of specs) {
    spec.words.forEach((word, at) => {
      const before = spec.words.slice(0, at).join(' ');
      next.set(before, (next.get(before) ?? new Set()).add(word));
    });
    next.set(spec.words.join(' '), new Set(optionsOf(spec).keys()));
  }
  return [...next].map(([words, set]) => [words, [...set]]);
}

/** Options of a command that take a value. */
function valueCases(spec: CommandSpec): [string, string][] {
  const words = spec.words.join(' ');
  return [...optionsOf(spec)]
    .filter(([written, { kind }]) => kind === 'value' && !commonOptions.has(written))
    .map(([written, { name, values }]) => {
      const any = name === '--file' ? '@file' : '@';
      return [quoted(`${words} ${written}`), `echo ${quoted(values?.join(' ') ?? any)}`];
    });
}

function caseFunction(name: string, subject: string, cases: readonly (readonly [string, string])[]): string {
  const lines = cases.map(([pattern, action]) => `    ${pattern}) ${action} ;;`);
  return [`${name}() {`, `  case "${subject}" in`, ...lines, '  esac', '}'].join('\n');
}

/** Words of the command table have no quotes in them. */
function quoted(text: string): string {
  return `'${text}'`;
}

/** Goes over the words before the cursor: the command, without options, their values and uuids. */
const WALK = `_vnctl_walk() {
  local word
  context='' option=''
  for word in "$@"; do
    [ "$word" = '=' ] && continue
    if [ -n "$option" ]; then
      option=''
      continue
    fi
    case "$word" in
      --*=*) continue ;;
      -*)
        word="\${word//_/-}"
        [ -n "$(_vnctl_values "$context" "$word")" ] && option="$word"
        continue ;;
    esac
    word="$(_vnctl_plural "\${word//_/-}")"
    case " $(_vnctl_words "$context") " in
      *" $word "*) context="\${context:+$context }$word" ;;
    esac
    [ "$context" = help ] && context=''
  done
}
_vnctl_candidates() {
  if [ -n "$option" ]; then
    _vnctl_values "$context" "$option"
  elif [ "$context" = batch ]; then
    echo '@file'
  else
    _vnctl_words "$context"
  fi
}`;

const FRONTS: Readonly<Record<Shell, string>> = {
  bash: `${WALK}
_vnctl() {
  local context option candidates current="\${COMP_WORDS[COMP_CWORD]}"
  _vnctl_walk "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  candidates="$(_vnctl_candidates)"
  [ "$current" = '=' ] && current=''
  [ -z "$option" ] && current="\${current//_/-}"
  case "$candidates" in
    @) COMPREPLY=() ;;
    @file)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$candidates" -- "$current")) ;;
  esac
}
complete -F _vnctl vnctl`,
  zsh: `${WALK}
_vnctl() {
  local context option candidates
  _vnctl_walk "\${(@)words[2,CURRENT-1]}"
  candidates="$(_vnctl_candidates)"
  case "$candidates" in
    @) ;;
    @file) _files ;;
    *) compadd -M 'm:_=-' -- \${=candidates} ;;
  esac
}
if [ "$funcstack[1]" = _vnctl ]; then
  _vnctl "$@"
else
  compdef _vnctl vnctl
fi`,
};
