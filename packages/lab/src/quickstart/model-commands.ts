import { EDGE, HOSTS, LEGACY, PREFIX, RACKS, TENANT_NETWORK, TENANTS, VMS } from './demo.ts';

/**
 * What an operator types to describe the demonstration's data centre.
 * @param dpidOf datapath id of the bridge of a host
 */
export function modelCommands(dpidOf: (host: string) => string): readonly (readonly string[])[] {
  const commands = [
    ...HOSTS.map(
      ({ name }) => `datapaths add --uuid dp-${name} --display-name ${name} --dpid ${dpidOf(name)} --node-id ${name}`,
    ),
    // MAC addresses by which hosts address each other for a network; they are drawn at random from here.
    'mac-range-groups add --uuid mrg-hosts',
    'mac-range-groups mac-ranges add mrg-hosts --begin-mac-address 02:ff:00:00:00:01 --end-mac-address 02:ff:00:ff:ff:ff',
    'topologies add --uuid topo-underlay --mode simple_underlay',
    'topologies mac-range-groups add topo-underlay mrg-hosts',
    ...Object.entries(RACKS).map(
      ([rack, network]) =>
        `networks add --uuid nw-${rack} --display-name ${rack} --mode physical --ipv4-network ${network} --ipv4-prefix ${PREFIX} --topology-uuid topo-underlay`,
    ),
    ...HOSTS.flatMap(({ name, segment, address, mac }) => [
      `interfaces add --uuid if-${name} --mode host --owner-datapath-uuid dp-${name} --network-uuid nw-${segment} --mac-address ${mac} --ipv4-address ${address} --port-name eth0`,
      `topologies datapaths add topo-underlay dp-${name} --interface-uuid if-${name}`,
    ]),
    'topologies add --uuid topo-tenants --mode simple_overlay',
    'topologies underlays add topo-tenants topo-underlay',
    ...TENANTS.map(
      (tenant) =>
        `networks add --uuid nw-${tenant} --display-name ${tenant} --mode virtual --ipv4-network ${TENANT_NETWORK} --ipv4-prefix ${PREFIX} --topology-uuid topo-tenants`,
    ),
    `interfaces add --uuid if-trunk --mode edge --owner-datapath-uuid dp-${EDGE.name} --port-name ${EDGE.trunk}`,
    'translations add --uuid tr-trunk --mode vnet_edge --interface-uuid if-trunk',
    `vlan-translations add --uuid vt-${LEGACY.vlan} --translation-uuid tr-trunk --vlan-id ${LEGACY.vlan} --network-uuid nw-${LEGACY.tenant}`,
    ...VMS.map(
      ({ name, tenant, address, mac }) =>
        `interfaces add --uuid if-${name} --mode vif --network-uuid nw-${tenant} --mac-address ${mac} --ipv4-address ${address} --port-name ${name}`,
    ),
  ].map((command) => command.split(' '));
  // The last one returns when all of it stands in the switches.
  return commands.map((command, index) => (index === commands.length - 1 ? [...command, '--wait'] : command));
}

/** Commands that take away again what `commands` add, last things first. */
export function undoCommands(commands: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return commands
    .flatMap(([noun = '', verb, option, uuid = '']) =>
      verb === 'add' && option === '--uuid' ? [[noun, 'del', uuid]] : [],
    )
    .reverse();
}
