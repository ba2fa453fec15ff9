import { describe, expect, test } from 'vitest';
import { endpoints, validate } from '@vnet/model';
import { Failure } from '../failure.ts';
import { run } from '../run.ts';
import type { Terminal } from '../terminal.ts';
import { normalizeArguments } from './arguments.ts';
import { exampleOf } from './example.ts';
import { singular } from './names.ts';
import { buildProgram, type Invocation } from './program.ts';
import { commandSpecs, requestsOf } from './specification.ts';
import { TOPICS } from './topics.ts';

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
    ['networks nw-1', ['GET /networks/nw-1 ']],
    ['show nw-1 if-1', ['GET /find/nw-1 ', 'GET /find/if-1 ']],
    ['tree --network_uuid nw-1', ['GET /tree network_uuid=nw-1']],
    ['history', ['GET /history ']],
    ['history nw-1 --limit 5', ['GET /history limit=5&uuid=nw-1']],
    ['export', ['GET /export ']],
    ['apply -f model.yaml --dry-run --prune', ['POST /apply dry_run=true&prune=true']],
  ])('%s', async (line, expected) => {
    expect(await requests(line)).toEqual(expected);
  });

  test.each([
    ['ip_lease_containers ip_leases ilc-1', 'GET /ip_lease_containers/ilc-1/ip_leases '],
    ['ip_retention_containers ip_retentions irc-1', 'GET /ip_retention_containers/irc-1/ip_retentions '],
    ['filters static add fil-1 --protocol icmp --action pass', 'POST /filters/fil-1/static protocol=icmp&action=pass'],
    [
      'filters static del fil-1 --protocol icmp --action pass',
      'DELETE /filters/fil-1/static protocol=icmp&action=pass',
    ],
    ['filters static show fil-1', 'GET /filters/fil-1/static '],
    [
      'translations static_address add tr-1 --ingress_ipv4_address 1.1.1.1 --egress_ipv4_address 2.2.2.2',
      'POST /translations/tr-1/static_address ingress_ipv4_address=1.1.1.1&egress_ipv4_address=2.2.2.2',
    ],
    [
      'translations static_address del tr-1 --ingress_ipv4_address 1.1.1.1 --egress_ipv4_address 2.2.2.2',
      'DELETE /translations/tr-1/static_address ingress_ipv4_address=1.1.1.1&egress_ipv4_address=2.2.2.2',
    ],
    ['translations static_address show tr-1', 'GET /translations/tr-1/static_address '],
    ['interfaces networks show if-1', 'GET /interfaces/if-1/networks '],
    ['interfaces segments modify if-1 seg-1 --static', 'PUT /interfaces/if-1/segments/seg-1 static=true'],
    ['interfaces route_links modify if-1 rl-1 --no-static', 'PUT /interfaces/if-1/route_links/rl-1 static=false'],
    ['interfaces rename if-1 --new_uuid if-2', 'PUT /interfaces/if-1/rename new_uuid=if-2'],
    ['interfaces rename if-1 --new_uuid if-2 --uuid if-1', 'PUT /interfaces/if-1/rename new_uuid=if-2'],
    ['interfaces ports del if-1 --datapath_uuid dp-1', 'DELETE /interfaces/if-1/ports datapath_uuid=dp-1'],
    ['networks add --ipv4_network 1.1.1.0 --network_mode virtual', 'POST /networks ipv4_network=1.1.1.0&mode=virtual'],
    ['network_services add --type dhcp', 'POST /network_services mode=dhcp'],
    [
      'lease_policies networks add lp-1 nw-1 --ip_range_group_uuid iprg-1',
      'POST /lease_policies/lp-1/networks/nw-1 ip_range_group_uuid=iprg-1',
    ],
    [
      'lease_policies ip_retention_containers del lp-1 irc-1',
      'DELETE /lease_policies/lp-1/ip_retention_containers/irc-1 ',
    ],
    ['security_groups interfaces add sg-1 if-1', 'POST /security_groups/sg-1/interfaces/if-1 '],
    ['interfaces security_groups del if-1 sg-1', 'DELETE /interfaces/if-1/security_groups/sg-1 '],
    ['vlan_translations modify vt-1 --uuid vt-1 --vlan_id 5', 'PUT /vlan_translations/vt-1 vlan_id=5'],
    ['topologies modify topo-1 --mode simple_overlay', 'PUT /topologies/topo-1 '],
    ['tr show', 'GET /translations '],
  ])('of OpenVNet: %s', async (line, expected) => {
    expect(await requests(line)).toEqual([expected]);
  });

  test('an option that OpenVNet took for nothing is named on stderr', async () => {
    const { printed } = await call('topologies modify topo-1 --mode simple_overlay');
    expect(printed).toBe('vnctl: --mode does nothing here: it is taken for scripts written for OpenVNet');
    expect((await call('topologies modify topo-1')).printed).toBe('');
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
    ['interfaces modify if-1 --mode host', 'unknown option --mode: only "vnctl interfaces add" takes it'],
    ['network add --ipv4-network 1.1.1.0 --columns uuid', 'unknown option --columns'],
    ['tre --columns uuid', 'unknown option --columns'],
    ['ip_lease_containers ip_leases nw-1', 'unknown command "vnctl ip-lease-containers ip-leases nw-1"'],
    ['completoin bash', 'did you mean completion?'],
    ['network del nw-1 --wait --timeout soon', '--timeout "soon" is not a number of seconds between 0 and 240'],
  ])('%s is refused', async (line, message) => {
    await expect(call(line)).rejects.toThrow(message);
    await expect(call(line)).rejects.toThrow(Failure);
  });

  test.each([
    ['network add', "required option '--ipv4-network <address>' not specified"],
    ['network modify', "missing required argument 'uuid'"],
    ['datapath networks add dp-1 --interface-uuid if-1', "missing required argument 'network-uuid'"],
    ['apply', "required option '-f, --file <file>' not specified"],
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
      const invocation = await call(
        exampleOf(spec)
          .replace(/^vnctl /, '')
          .replace(/ >.*/, ''),
      );
      expect(invocation.spec).toBe(spec);
      for (const { endpoint, uuids, call } of requestsOf(spec, invocation.uuids, invocation.params)) {
        const path = Object.fromEntries(endpoint.pathParams.map(({ name }, index) => [name, uuids[index]!]));
        const taken = Object.keys(validate(endpoint, path, call.params).values);
        for (const name of Object.keys(call.params)) expect(taken).toContain(name);
      }
      await expect(call(`help ${words}`)).rejects.toThrow('(outputHelp)');
      await expect(call(`${words} --help`)).rejects.toThrow('(outputHelp)');
    },
  );
});

test('the overview groups all commands by topic', async () => {
  const printed: string[] = [];
  const terminal = { env: {}, print: (text: string) => void printed.push(text) } as unknown as Terminal;
  expect(await run([], terminal)).toBe(0);
  const groups = [...printed.join('\n').matchAll(/^(\w[^\n]*:)\n((?: {2}.*\n)+)/gm)];
  const words = Object.fromEntries(
    groups.map(([, title, lines]) => [title!, [...lines!.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, word]) => word)]),
  );
  expect(words).toMatchObject(TOPICS);
  expect(new Set(Object.values(TOPICS).flat())).toEqual(
    new Set([...commandSpecs.map(({ words: [first] }) => first), 'batch', 'completion', 'help']),
  );
});

test.each([
  ['', ['--help']],
  ['--help', ['--help']],
  ['help', ['--help']],
  ['datapath network --help', ['datapaths', 'networks', '--help']],
  ['help datapath network', ['datapaths', 'networks', '--help']],
  ['datapath help network add', ['datapaths', 'networks', 'add', '--help']],
  ['batch --help', ['batch', '--help']],
  ['-o json batch a', ['-o', 'json', 'batch', 'a']],
])('%s is about %j', (line, expected) => {
  expect(normalizeArguments(commandSpecs, line.split(' ').filter(Boolean))).toEqual(expected);
});

test.each([
  ['topologies', 'topology'],
  ['mac_leases', 'mac_lease'],
  ['static', 'static'],
  ['static_address', 'static_address'],
])('one of the %s is a %s', (plural, one) => {
  expect(singular(plural)).toBe(one);
});
