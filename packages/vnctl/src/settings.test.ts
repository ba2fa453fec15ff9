import { describe, expect, test } from 'vitest';
import { splitWords } from './batch.ts';
import { readSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

function terminal(files: Record<string, string>, env: Record<string, string> = {}): Terminal {
  const quiet = (): void => undefined;
  return {
    env: { HOME: '/home/u', ...env },
    print: quiet,
    warn: quiet,
    readFile: (path) => files[path],
    readStdin: () => '',
  };
}

describe('readSettings', () => {
  test('has defaults', () => {
    expect(readSettings({}, terminal({}))).toEqual({ api: 'http://127.0.0.1:9090/api/1.0', format: 'table' });
  });

  test.each([
    ['YAML', 'webapi_uri: 10.0.0.1\nwebapi_port: 8080 # why\noutput_format: yml\n'],
    ['lines', '# ours\nwebapi_uri \'10.0.0.1\'\nwebapi_port 8080\noutput_format "yml"\n'],
    ['assignments', 'config.webapi_uri = "10.0.0.1"\nconfig.webapi_port = 8080\nconfig.output_format = "yml"\n'],
  ])('reads ~/.vnctlrc written as %s', (_form, text) => {
    const files = { '/home/u/.vnctlrc': text, '/etc/openvnet/vnctl.conf': 'webapi_port 1' };
    expect(readSettings({}, terminal(files))).toEqual({ api: 'http://10.0.0.1:8080/api/1.0', format: 'yaml' });
  });

  test('VNET_WEBAPI counts before the file, --api before both', () => {
    const files = { '/home/u/.vnctlrc': 'output_format json' };
    const env = { VNET_WEBAPI: '10.0.0.2:80' };
    expect(readSettings({}, terminal(files, env))).toEqual({ api: 'http://10.0.0.2:80/api/1.0', format: 'table' });
    expect(readSettings({ api: 'https://x/', output: 'json' }, terminal(files, env))).toEqual({
      api: 'https://x/api/1.0',
      format: 'json',
    });
  });

  test.each([
    ['webapi_prot 1', '/home/u/.vnctlrc: unknown key "webapi_prot"; did you mean webapi_port?'],
    ['webapi_port', '"webapi_port" is not understood'],
    ['output_format xml', 'output format "xml" is not known: expected table, json, yaml'],
  ])('refuses the line %j', (text, message) => {
    expect(() => readSettings({}, terminal({ '/home/u/.vnctlrc': text }))).toThrow(message);
  });

  test('refuses an address that is none', () => {
    expect(() => readSettings({ api: 'a b' }, terminal({}))).toThrow('"a b" is no address of the API');
  });
});

test.each([
  ['network  add --display-name "a \\"b\\""', ['network', 'add', '--display-name', 'a "b"']],
  ["x 'a b'c \\ d ''", ['x', 'a bc', ' d', '']],
  ['', []],
])('splitWords: %s', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test('splitWords refuses a quote that is not closed', () => {
  expect(() => splitWords("a 'b")).toThrow('a quote is not closed');
});
