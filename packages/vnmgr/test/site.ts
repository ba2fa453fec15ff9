import { expect } from 'vitest';
import type { Body, TestModel } from './model.ts';

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

/** What every reply has beside its columns. */
export const times = {
  created_at: expect.stringMatching(TIME) as string,
  updated_at: expect.stringMatching(TIME) as string,
  deleted_at: null,
  is_deleted: 0,
};

/** dp-1 with its host interface on nw-phy, and the virtual network nw-a. */
export async function makeSite(model: TestModel): Promise<void> {
  await model.ok('datapaths.create', { uuid: 'dp-1', display_name: 'one', node_id: 'hv1', dpid: '0xaaaa' });
  await model.ok('networks.create', { uuid: 'nw-phy', mode: 'physical', ipv4_network: '172.16.0.0' });
  await model.ok('networks.create', { uuid: 'nw-a', mode: 'virtual', ipv4_network: '10.1.0.7' });
  await makeHost(model, 'if-host', 'dp-1', 'nw-phy', '172.16.0.1', '02:00:00:00:00:01');
}

export function makeHost(
  model: TestModel,
  uuid: string,
  datapath: string,
  network: string,
  ip: string,
  mac: string,
): Promise<Body> {
  const port = { owner_datapath_uuid: datapath, port_name: 'eth0', mode: 'host' };
  return model.ok('interfaces.create', { uuid, ...port, network_uuid: network, ipv4_address: ip, mac_address: mac });
}

/** A virtual machine's interface in nw-a, with a port of the same name. */
export function makeVm(model: TestModel, uuid: string, mac: string, ip: string): Promise<Body> {
  const port = { uuid, mode: 'vif', port_name: uuid };
  return model.ok('interfaces.create', { ...port, network_uuid: 'nw-a', ipv4_address: ip, mac_address: mac });
}

export async function idOf(model: TestModel, resource: string, uuid: string): Promise<number> {
  return (await model.ok(`${resource}.show`, { uuid }))['id'] as number;
}
