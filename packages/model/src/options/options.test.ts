import { describe, expect, test } from 'vitest';
import { flag, list, nearest, OptionError, optional, readOptions, required, text, usage } from './index.ts';

const table = {
  nodeId: required('ID', 'node id of the datapath'),
  listen: list('ENDPOINT', ['tcp://127.0.0.1:9102'], 'where to listen'),
  database: text('URL', 'sqlite:./vnet.db', 'where the model is kept'),
  keys: optional('DIR', 'directory of keys'),
  insecure: flag('allow endpoints without keys'),
};

function read(
  argv: string[],
  env: Record<string, string> = {},
  file = '',
): ReturnType<typeof readOptions<typeof table>> {
  return readOptions(table, { argv, env, readFile: () => file });
}

describe('readOptions', () => {
  test('gives defaults', () => {
    expect(read(['--node-id', 'hv1'])).toEqual({
      nodeId: 'hv1',
      listen: ['tcp://127.0.0.1:9102'],
      database: 'sqlite:./vnet.db',
      keys: undefined,
      insecure: false,
    });
  });

  test('an argument counts before the environment, that before the file', () => {
    const file = 'node_id: file\ndatabase: file\nkeys: file\ninsecure: true\nlisten: [ipc:///a, ipc:///b]\n';
    const env = { VNET_NODE_ID: 'env', VNET_DATABASE: 'env' };
    expect(read(['--node-id=arg', '--config', 'x.yaml'], env, file)).toEqual({
      nodeId: 'arg',
      database: 'env',
      keys: 'file',
      insecure: true,
      listen: ['ipc:///a', 'ipc:///b'],
    });
  });

  test('a list is repeated or separated by commas', () => {
    expect(read(['--node-id', 'a', '--listen', 'x,y', '--listen', 'z']).listen).toEqual(['x', 'y', 'z']);
  });

  test.each([
    [['--node', 'a'], 'unknown option --node'],
    [['--node_idd', 'a'], 'unknown option --node_idd; did you mean --node-id?'],
    [['--node-id'], 'option --node-id needs a value'],
    [['--node-id', '--insecure'], 'option --node-id needs a value'],
    [['hv1'], 'unexpected argument "hv1"'],
    [['--node-id', 'a', '--insecure=maybe'], 'option --insecure is on or off, not "maybe"'],
    [[], 'option --node-id ID is missing (or VNET_NODE_ID, or "node-id:" in --config): node id of the datapath'],
  ])('refuses %j', (argv, message) => {
    expect(() => read(argv)).toThrow(message);
  });

  test.each([
    ['databse: x', 'f.yaml: unknown key "databse"; did you mean database?'],
    ['keys: {a: b}', 'f.yaml: key "keys" has the value {"a":"b"}: expected text'],
    ['- a', 'f.yaml: expected YAML of the form "key: value"'],
    ['"', 'cannot read the configuration file f.yaml'],
  ])('refuses the file %j', (file, message) => {
    expect(() => read(['--node-id', 'a', '--config', 'f.yaml'], {}, file)).toThrow(message);
    expect(() => read(['--node-id', 'a', '--config', 'f.yaml'], {}, file)).toThrow(OptionError);
  });
});

test('nearest finds one typing error, and nothing where nothing is near', () => {
  expect(nearest('netwroks', ['networks', 'datapaths'])).toBe('networks');
  expect(nearest('foo', ['networks', 'datapaths'])).toBeUndefined();
});

test('usage names each option with its environment variable and default', () => {
  const text = usage({ program: 'vna', summary: 'The agent.' }, table);
  expect(text).toContain('Usage: vna [options]');
  expect(text).toMatch(/--database URL +where the model is kept \(default sqlite:\.\/vnet\.db\) +VNET_DATABASE/);
});
