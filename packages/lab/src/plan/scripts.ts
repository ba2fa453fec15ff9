import { join } from 'node:path';
import { BRIDGE, type BridgePlan, type NodePlan, type Plan } from './plan.ts';

/** Where the files of one Open vSwitch are. */
export interface SwitchPaths {
  readonly runDir: string;
  readonly ovsdb: string;
  readonly databaseControl: string;
  readonly switchControl: string;
  readonly openflow: string;
  readonly databasePid: string;
  readonly switchPid: string;
}

export function switchPaths(runDir: string): SwitchPaths {
  const at = (file: string): string => join(runDir, file);
  return {
    runDir,
    ovsdb: at('db.sock'),
    databaseControl: at('ovsdb-server.ctl'),
    switchControl: at('ovs-vswitchd.ctl'),
    openflow: at(`${BRIDGE}.mgmt`),
    databasePid: at('ovsdb-server.pid'),
    switchPid: at('ovs-vswitchd.pid'),
  };
}

/** Above those that the kernel hands out in a new namespace. */
const FIRST_DEVICE_NUMBER = 1000;

/** Lines for `ip -batch` in the machine's own namespace, which they leave untouched: cables are born in theirs. */
export function wiringBatch(plan: Plan, namespaceOf: (node: string) => string): string {
  const lines = [
    ...plan.nodes.map(({ name }) => `netns add ${namespaceOf(name)}`),
    ...plan.cables.map(({ ends }, index) => {
      // The kernel delays carrier changes by up to a second, unless the two ends have different numbers.
      const [a, b] = ends.map(({ node, device }, end) => {
        const number = FIRST_DEVICE_NUMBER + 2 * index + end;
        return `name ${device} index ${number} netns ${namespaceOf(node)}`;
      });
      return `link add ${a} type veth peer ${b}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

/** Shell commands that make a namespace into the node, to be run inside it. */
export function nodeScript(node: NodePlan, paths: SwitchPaths): string {
  return [
    'set -e',
    ...node.sysctls.map((setting) => {
      const [path, value] = setting.split('=');
      return `echo ${value} > /proc/sys/${path}`;
    }),
    batch(node.links),
    ...node.checksummed.map(withoutOffload),
    ...(node.bridge ? [databaseScript(node.bridge, paths), switchScript(node.bridge, paths)] : []),
  ].join('\n');
}

/** Starts ovsdb-server and writes the bridge into it, before any switch runs: ovs-vswitchd then starts complete. */
function databaseScript(bridge: BridgePlan, paths: SwitchPaths): string {
  const { runDir, ovsdb, databaseControl, databasePid } = paths;
  const transaction = [
    'init',
    `add-br ${BRIDGE}`,
    `set bridge ${BRIDGE} ${bridge.settings.join(' ')}`,
    ...(bridge.local.length > 0 ? [`set interface ${BRIDGE} ${bridge.local.join(' ')}`] : []),
    ...bridge.ports.flatMap(({ device, port, interface: columns }) => [
      `add-port ${BRIDGE} ${device} ${port.join(' ')}`,
      ...(columns.length > 0 ? [`set interface ${device} ${columns.join(' ')}`] : []),
    ]),
  ];
  return [
    `mkdir -p ${runDir}`,
    `export OVS_RUNDIR=${runDir}`,
    `ovsdb-tool create ${join(runDir, 'conf.db')}`,
    `ovsdb-server ${join(runDir, 'conf.db')} --remote=punix:${ovsdb} --unixctl=${databaseControl} --pidfile=${databasePid} ${daemonOptions(runDir, 'ovsdb-server')}`,
    `ovs-vsctl --db=unix:${ovsdb} --no-wait ${transaction.join(' -- ')}`,
  ].join('\n');
}

/** Starts ovs-vswitchd; returns when the bridge stands and the local port has its address. */
export function switchScript(bridge: BridgePlan, paths: SwitchPaths): string {
  const { runDir, ovsdb, switchControl, switchPid } = paths;
  return [
    'set -e',
    `export OVS_RUNDIR=${runDir}`,
    `ovs-vswitchd unix:${ovsdb} --unixctl=${switchControl} --pidfile=${switchPid} ${daemonOptions(runDir, 'ovs-vswitchd')}`,
    ...(bridge.onStart.length > 0 ? [batch(bridge.onStart), withoutOffload(BRIDGE)] : []),
  ].join('\n');
}

/** Adds a device to the bridge, as one that carries a VM. */
export function plugScript(device: string, mtu: number): string {
  return ['set -e', batch([`link set ${device} mtu ${mtu} up`]), withoutOffload(device)].join('\n');
}

function daemonOptions(runDir: string, program: string): string {
  const log = join(runDir, `${program}.log`);
  return `--log-file=${log} --verbose=console:off --verbose=syslog:off --detach --no-chdir`;
}

function withoutOffload(device: string): string {
  return `ethtool -K ${device} tx off >/dev/null`;
}

function batch(lines: readonly string[]): string {
  return `ip -batch - <<'END'\n${lines.join('\n')}\nEND`;
}
