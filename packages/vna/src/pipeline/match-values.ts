/** Any broadcast or multicast MAC: the group bit of the first octet. */
export const GROUP_MAC = { value: 0x010000000000, mask: 0x010000000000 } as const;

/** `vlan_vid` of a frame without tag, and of any with one (OpenFlow 1.3 §7.2.3.7). */
export const UNTAGGED = 0;
export const TAGGED = { value: 0x1000, mask: 0x1000 } as const;

/** 224.0.0.0/4 */
export const IPV4_MULTICAST = { value: 0xe0000000, mask: 0xf0000000 } as const;

/** RFC 1112: 01:00:5e and the low 23 bits of the group's address. */
export const IPV4_MULTICAST_MAC = 0x01005e000000;
