/** Requests that make what many cases need. */

export const DATAPATH = 'POST /datapaths?uuid=dp-a&display_name=a&node_id=a&dpid=0xa';
export const DATAPATH_B = 'POST /datapaths?uuid=dp-b&display_name=b&node_id=b&dpid=0xb';
export const SEGMENT = 'POST /segments?uuid=seg-a&mode=virtual';
export const SEGMENT_B = 'POST /segments?uuid=seg-b&mode=virtual';
export const NETWORK = 'POST /networks?uuid=nw-a&ipv4_network=10.1.0.0&ipv4_prefix=24&mode=virtual';
export const NETWORK_B = 'POST /networks?uuid=nw-b&ipv4_network=10.2.0.0&ipv4_prefix=24&mode=virtual';
export const PHYSICAL = 'POST /networks?uuid=nw-phy&ipv4_network=172.16.0.0&ipv4_prefix=24&mode=physical';
export const INTERFACE = 'POST /interfaces?uuid=if-a&mode=vif';
export const INTERFACE_B = 'POST /interfaces?uuid=if-b&mode=vif';
/** With a MAC lease; `nw-a` is there. */
export const LEASED_INTERFACE =
  'POST /interfaces?uuid=if-a&mode=vif&mac_address=02:00:00:00:00:01&network_uuid=nw-a&ipv4_address=10.1.0.1';
export const MAC_LEASE = 'POST /mac_leases?uuid=ml-a&interface_uuid=if-a&mac_address=02:00:00:00:00:02';
export const MAC_LEASE_B = 'POST /mac_leases?uuid=ml-b&interface_uuid=if-b&mac_address=02:00:00:00:00:03';
export const ROUTE_LINK = 'POST /route_links?uuid=rl-a&mac_address=02:00:00:00:00:04';
export const ROUTE_LINK_B = 'POST /route_links?uuid=rl-b&mac_address=02:00:00:00:00:05';

/** The uplink of a host: `dp-a`, `nw-phy`, `if-host`. */
export const HOST = [
  DATAPATH,
  PHYSICAL,
  'POST /interfaces?uuid=if-host&mode=host&owner_datapath_uuid=dp-a&port_name=eth0&mac_address=02:00:00:00:01:01&network_uuid=nw-phy&ipv4_address=172.16.0.1',
] as const;

/** Another: `dp-b`, `if-hostb`. */
export const HOST_B = [
  DATAPATH_B,
  'POST /interfaces?uuid=if-hostb&mode=host&owner_datapath_uuid=dp-b&port_name=eth0&mac_address=02:00:00:00:01:02&network_uuid=nw-phy&ipv4_address=172.16.0.2',
] as const;
