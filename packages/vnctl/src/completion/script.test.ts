import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandSpecs } from '../commands/specification.ts';
import { completionScript, findShell } from './script.ts';

const dir = mkdtempSync(join(tmpdir(), 'vnet-completion-'));
writeFileSync(join(dir, 'model.yaml'), '');
afterAll(() => rmSync(dir, { recursive: true }));

/** What bash proposes, with the cursor behind the last of the words. */
function complete(...words: readonly string[]): string[] {
  const script = `${completionScript('bash', commandSpecs)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vnctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', script, 'bash', 'vnctl', ...words], { cwd: dir, encoding: 'utf8' });
  return out.split('\n').filter(Boolean);
}

describe('in bash', () => {
  test.each([
    [['netw'], ['networks', 'network-services']],
    [
      ['networks', ''],
      ['add', 'show', 'modify', 'del'],
    ],
    [['network', 'a'], ['add']],
    [['ip_lease', 're'], ['release']],
    [
      ['datapath', 'network', ''],
      ['add', 'show', 'del'],
    ],
    [
      ['networks', 'add', '--m'],
      ['--mode', '--mtu'],
    ],
    [['networks', 'add', '--network_m'], ['--network-mode']],
    [['networks', 'add', '--display-name', 'add', '--mode', 'v'], ['virtual']],
    [['networks', 'add', '--mode', '=', 'v'], ['virtual']],
    [['networks', 'add', '--display-name', ''], []],
    [['topologies', 'add', '--mode', 'simple_o'], ['simple_overlay']],
    [
      ['-o', ''],
      ['table', 'json', 'yaml', 'name'],
    ],
    [['-o', 'json', 'tre'], ['tree']],
    [['help', 'networks', 'm'], ['modify']],
    [['apply', '-f', 'mod'], ['model.yaml']],
    [['batch', 'mod'], ['model.yaml']],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [['nothing', 'tre'], ['tree']],
  ])('%j', (words, proposed) => {
    expect(complete(...words)).toEqual(proposed);
  });

  test('the options of every command', () => {
    for (const words of [['interfaces', 'add'], ['security-groups', 'modify'], ['history']]) {
      const proposed = complete(...words, '--');
      const { params } = commandSpecs.find((spec) => spec.words.join() === words.join())!;
      expect(proposed).toEqual(expect.arrayContaining(params.map(({ name }) => `--${name.replaceAll('_', '-')}`)));
    }
  });
});

test('zsh gets the same table, and a front of its own', () => {
  const zsh = completionScript('zsh', commandSpecs);
  const bash = completionScript('bash', commandSpecs);
  const table = (script: string): string =>
    script.slice(script.indexOf('_vnctl_words()'), script.indexOf('_vnctl() {'));
  expect(table(zsh)).toBe(table(bash));
  expect(zsh).toMatch(/^#compdef vnctl\n/);
  expect(zsh).not.toMatch(/\bCOMPREPLY\b|\blocal path\b/);
  // What the two shells share is no more than bash reads as well.
  execFileSync('bash', ['-n'], { input: table(zsh) });
});

test('another shell', () => {
  expect(() => findShell('bsh')).toThrow('completion: there is no script for "bsh"; did you mean bash?');
});
