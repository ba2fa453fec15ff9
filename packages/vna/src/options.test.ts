import { describe, expect, it } from 'vitest';
import { listenAddress, openflowEndpoint } from './options.ts';

describe('the OpenFlow endpoint', () => {
  const local = { ovsdb: 'unix:/run/ovs/db.sock', bridge: 'br0', openflow: undefined };

  it('is the management socket of the bridge, beside OVSDB', () => {
    expect(openflowEndpoint(local)).toBe('unix:/run/ovs/br0.mgmt');
  });

  it('has to be given when there is no OVSDB', () => {
    expect(() => openflowEndpoint({ ...local, ovsdb: 'none' })).toThrow('--ovsdb none: needs --openflow listen:tcp:');
    const listen = 'listen:tcp:127.0.0.1:6653';
    expect(openflowEndpoint({ ...local, ovsdb: 'none', openflow: listen })).toBe(listen);
  });

  it.each([
    ['listen:tcp:127.0.0.1:6653', { host: '127.0.0.1', port: 6653 }],
    ['listen:tcp:[::1]:6653', { host: '::1', port: 6653 }],
    ['tcp:[::1]:6653', undefined],
    ['unix:/run/br0.mgmt', undefined],
  ])('%s is waited at %j', (openflow, address) => {
    expect(openflowEndpoint({ ...local, openflow })).toBe(openflow);
    expect(listenAddress(openflow)).toEqual(address);
  });

  it.each([
    ...['', 'br0', 'listen:unix:/x', 'tcp:host', 'udp:host:1', 'tcp:::1:6653'],
    ...['listen:tcp:127.0.0.1:99999', 'listen:tcp:127.0.0.1:0', 'tcp:host:65536'],
  ])('is not %j', (openflow) => {
    expect(() => openflowEndpoint({ ...local, openflow })).toThrow('--openflow');
  });
});
