import { describe, expect, test } from 'vitest';
import { endpoints } from '@vnet/model';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { normalizeArguments } from './arguments.ts';
import { exampleOf } from './example.ts';
import { singular } from './names.ts';
import { buildProgram, type Invocation } from './program.ts';
import { commandSpecs, requestsOf } from './specification.ts';

/** What a command line comes down to, and what was printed meanwhile. */
async function call(line: string): Promise<Invocation & { readonly printed: string }> {
  const printed: string[] = [];
  const terminal: Terminal = {
    env: {},
    print: (text) => void printed.push(text),
    warn: (text) => void printed.push(text),
    readFile: () => undefined,
    readStdin: () => '',
  };
  let invocation: Invocation | undefined;
  const program = buildProgram(commandSpecs, terminal, {
    onCommand: (called) => {
      invocation = called;
      return Promise.resolve();
    },
    onBatch: () => Promise.resolve(),
    onCompletion: () => undefined,
  });
  await program.parseAsync(normalizeArguments(commandSpecs, line.split(' ').filter(Boolean)), { from: 'user' });
  if (invocation === undefined) throw new Error(`nothing was called: ${printed.join('\n')}`);
  return { ...invocation, printed: printed.join('\n') };
}

/** The requests of a command line, as `METHOD path params`. */
async function requests(line: string): Promise<string[]> {
  const { spec, uuids, params, waitSeconds } = await call(line);
  return requestsOf(spec, uuids, params, waitSeconds).map(
    ({ call: { method, path, params } }) => `${method} ${path} ${new URLSearchParams(params).toString()}`,
  );
}

describe('a command line', () => {
  test.each([
    ['network add --ipv4-network 10.0.0.0', ['POST /networks ipv4_network=10.0.0.0']],
    [
      'networks add --ipv4_network=10.0.0.0 --display_name a_b',
      ['POST /networks display_name=a_b&ipv4_network=10.0.0.0'],
    ],
    ['networks show', ['GET /networks ']],
    ['networks show --limit 5 --offset 2', ['GET /networks limit=5&offset=2']],
    ['network show nw-1 nw-2', ['GET /networks/nw-1 ', 'GET /networks/nw-2 ']],
    ['network modify nw-1 --display-name x', ['PUT /networks/nw-1 display_name=x']],
    ['networks del nw-1 nw-2', ['DELETE /networks/nw-1 ', 'DELETE /networks/nw-2 ']],
    ['topology show', ['GET /topologies ']],
    ['ip_lease show', ['GET /ip_leases ']],
    ['ip-leases attach il-1 --interface-uuid if-1', ['PUT /ip_leases/il-1/attach interface_uuid=if-1']],
    ['ip_leases release il-1', ['PUT /ip_leases/il-1/release ']],
    [
      'datapath networks add dp-1 nw-1 --interface-uuid if-1',
      ['POST /datapaths/dp-1/networks/nw-1 interface_uuid=if-1'],
    ],
    ['datapaths network show dp-1', ['GET /datapaths/dp-1/networks ']],
    [
      'datapaths networks del dp-1 nw-1 nw-2',
      ['DELETE /datapaths/dp-1/networks/nw-1 ', 'DELETE /datapaths/dp-1/networks/nw-2 '],
    ],
    ['interfaces ports add if-1 --port_name eth0', ['POST /interfaces/if-1/ports port_name=eth0']],
    ['interface port del if-1 --port-name eth0', ['DELETE /interfaces/if-1/ports port_name=eth0']],
    ['topologies underlays add topo-1 topo-2', ['POST /topologies/topo-1/underlays/topo-2 ']],
    ['data show', ['GET /datapaths ']],
    [
      'mac_range_groups mac_ranges del mrg-1 mr-1 mr-2',
      ['DELETE /mac_range_groups/mrg-1/mac_ranges/mr-1 ', 'DELETE /mac_range_groups/mrg-1/mac_ranges/mr-2 '],
    ],
    ['network show nw/1', ['GET /networks/nw%2F1 ']],
  ])('%s', async (line, expected) => {
    expect(await requests(line)).toEqual(expected);
  });

  test.each([
    ['--enable-routing', 'true'],
    ['--enable_routing', 'true'],
    ['--enable-routing T', 'true'],
    ['--enable-routing=TRUE', 'true'],
    ['--enable-routing f', 'false'],
    ['--no-enable_routing', 'false'],
    ['--enable-routing=perhaps', 'perhaps'],
  ])('boolean %s', async (option, value) => {
    const { params, uuids } = await call(`interfaces modify ${option} if-1`);
    expect({ params, uuids }).toEqual({ params: { enable_routing: value }, uuids: ['if-1'] });
  });

  test('global options stand anywhere', async () => {
    for (const line of ['-o json network show nw-1', 'network -o json show nw-1', 'network show nw-1 --output=json']) {
      expect(await call(line)).toMatchObject({ output: 'json', uuids: ['nw-1'] });
    }
  });

  test('a change may wait', async () => {
    expect(await call('network del nw-1 --wait')).toMatchObject({ waitSeconds: 10 });
    expect(await call('network del nw-1 --wait --timeout 0.5')).toMatchObject({ waitSeconds: 0.5 });
    expect(await call('network del nw-1')).not.toHaveProperty('waitSeconds');
  });

  test.each([
    ['netwrok show', 'unknown command "vnctl netwrok"; did you mean network?'],
    ['networks lst', 'unknown command "vnctl networks lst"; there are add, show, modify, del'],
    ['mac show', '"vnctl mac" may mean mac-leases or mac-range-groups: write more of it'],
    ['network add --ipv4-netwrok 1.1.1.0', 'unknown option --ipv4-netwrok; did you mean --ipv4-network?'],
    ['network show --wait', 'unknown option --wait'],
    ['network del nw-1 --wait --timeout soon', '--timeout "soon" is not a number of seconds between 0 and 240'],
  ])('%s is refused', async (line, message) => {
    await expect(call(line)).rejects.toThrow(message);
    await expect(call(line)).rejects.toThrow(Failure);
  });

  test.each([
    ['network add', "required option '--ipv4-network <address>' not specified"],
    ['network modify', "missing required argument 'uuid'"],
    ['datapath networks add dp-1 --interface-uuid if-1', "missing required argument 'network-uuid'"],
    ['network show -o xml', 'Allowed choices are table, json, yaml, name, yml'],
  ])('%s lacks something', async (line, message) => {
    await expect(call(line)).rejects.toThrow(message);
  });
});

describe('every command', () => {
  test('comes from an endpoint, and every endpoint is a command', () => {
    expect(commandSpecs.flatMap((spec) => spec.endpoints).toSorted()).toEqual([...endpoints].toSorted());
  });

  test.each(commandSpecs.map((spec) => [spec.words.join(' '), spec] as const))(
    '%s: its example works, its help shows it',
    async (words, spec) => {
      const example = exampleOf(spec);
      expect((await call(example.replace(/^vnctl /, '').replace(/ >.*/, ''))).spec).toBe(spec);
      await expect(call(`help ${words}`)).rejects.toThrow('(outputHelp)');
      await expect(call(`${words} --help`)).rejects.toThrow('(outputHelp)');
    },
  );
});

test.each([
  ['--help', ['--help']],
  ['help', ['--help']],
  ['datapath network --help', ['datapaths', 'networks', '--help']],
  ['help datapath network', ['datapaths', 'networks', '--help']],
  ['datapath help network add', ['datapaths', 'networks', 'add', '--help']],
  ['batch --help', ['batch', '--help']],
  ['-o json batch a', ['-o', 'json', 'batch', 'a']],
])('%s is about %j', (line, expected) => {
  expect(normalizeArguments(commandSpecs, line.split(' '))).toEqual(expected);
});

test.each([
  ['topologies', 'topology'],
  ['mac_leases', 'mac_lease'],
  ['static', 'static'],
  ['static_address', 'static_address'],
])('one of the %s is a %s', (plural, one) => {
  expect(singular(plural)).toBe(one);
});
