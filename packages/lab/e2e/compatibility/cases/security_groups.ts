import { type Cases, exactly, list, object } from '../case.ts';
import { INTERFACE, INTERFACE_B } from '../given.ts';

const GROUP = 'POST /security_groups?uuid=sg-a&display_name=web';
const GROUP_B = 'POST /security_groups?uuid=sg-b&display_name=db';
const MEMBERS = [
  INTERFACE,
  INTERFACE_B,
  GROUP,
  'POST /security_groups/sg-a/interfaces/if-a',
  'POST /security_groups/sg-a/interfaces/if-b',
];
const GROUPS = [
  INTERFACE,
  GROUP,
  GROUP_B,
  'POST /interfaces/if-a/security_groups/sg-a',
  'POST /interfaces/if-a/security_groups/sg-b',
];

/** Two rules and a comment, on three lines. */
const RULES = 'icmp:-1:0.0.0.0/0%0A%23 of the office%0Atcp:22:10.101.0.12';

export const securityGroups: Cases = {
  'POST /security_groups': {
    send: `/security_groups?uuid=sg-a&display_name=web&description=front&rules=${RULES}`,
    reply: object('SecurityGroup', {
      uuid: 'sg-a',
      display_name: 'web',
      rules: 'icmp:-1:0.0.0.0/0\n# of the office\ntcp:22:10.101.0.12',
      description: 'front',
    }),
    then: [
      ['POST /security_groups?display_name=x&rules=tcp:22:sg-a', { rules: 'tcp:22:sg-a' }],
      [
        'POST /security_groups?display_name=x&rules=tcp:22:0.0.0.0,udp:53:10.0.0.0/8',
        { rules: 'tcp:22:0.0.0.0,udp:53:10.0.0.0/8' },
      ],
      ['POST /security_groups?display_name=x&rules=icmp::10.0.0.0/8', { rules: 'icmp::10.0.0.0/8' }],
    ],
    refused: [
      ['POST /security_groups?display_name=x&rules=igmp:22:10.0.0.1', 'ArgumentError'],
      ['POST /security_groups?display_name=x&rules=tcp:0:10.0.0.1', 'ArgumentError'],
      ['POST /security_groups?display_name=x&rules=tcp:65536:10.0.0.1', 'ArgumentError'],
      ['POST /security_groups?display_name=x&rules=tcp:22:10.0.0', 'ArgumentError'],
      ['POST /security_groups?display_name=x&rules=tcp:22:sg-nowhere', 'ArgumentError'],
    ],
  },
  'POST /security_groups (without what is optional)': {
    send: '/security_groups?display_name=web',
    reply: object('SecurityGroup', { rules: '', description: null }),
  },
  'GET /security_groups': {
    given: [GROUP, GROUP_B],
    send: '/security_groups',
    reply: list('SecurityGroup', { uuid: 'sg-a' }, { uuid: 'sg-b' }),
  },
  'GET /security_groups/:uuid': {
    given: [GROUP],
    send: '/security_groups/sg-a',
    reply: object('SecurityGroup', { uuid: 'sg-a', display_name: 'web' }),
  },
  'PUT /security_groups/:uuid': {
    given: [GROUP],
    send: '/security_groups/sg-a?display_name=w&description=d&rules=tcp:22:sg-a',
    reply: object('SecurityGroup', { display_name: 'w', description: 'd', rules: 'tcp:22:sg-a' }),
    refused: [['PUT /security_groups/sg-a?rules=nonsense', 'ArgumentError']],
  },
  'DELETE /security_groups/:uuid': {
    given: MEMBERS,
    send: '/security_groups/sg-a',
    reply: exactly(['sg-a']),
    then: [
      ['GET /interfaces/if-a', { uuid: 'if-a' }],
      ['GET /interfaces/if-a/security_groups', { total_count: 0 }],
    ],
  },
  'POST /security_groups/:uuid/interfaces/:interface_uuid': {
    given: [INTERFACE, INTERFACE_B, GROUP, 'POST /security_groups/sg-a/interfaces/if-a'],
    send: '/security_groups/sg-a/interfaces/if-b',
    reply: exactly({ uuid: 'sg-a', interfaces: ['if-a', 'if-b'] }),
    refused: [['POST /security_groups/sg-a/interfaces/if-a', 'RelationAlreadyExists']],
  },
  'GET /security_groups/:uuid/interfaces': {
    given: MEMBERS,
    send: '/security_groups/sg-a/interfaces',
    reply: list('Interface', { uuid: 'if-a' }, { uuid: 'if-b' }),
  },
  'DELETE /security_groups/:uuid/interfaces/:interface_uuid': {
    given: MEMBERS,
    send: '/security_groups/sg-a/interfaces/if-a',
    reply: exactly({ uuid: 'sg-a', interfaces: ['if-b'] }),
    // No error when it is not there.
    then: [['DELETE /security_groups/sg-a/interfaces/if-a', { uuid: 'sg-a', interfaces: ['if-b'] }]],
  },
  'POST /interfaces/:uuid/security_groups/:security_group_uuid': {
    given: [INTERFACE, GROUP],
    send: '/interfaces/if-a/security_groups/sg-a',
    reply: object('SecurityGroup', { uuid: 'sg-a' }),
    refused: [
      ['POST /interfaces/if-a/security_groups/sg-a', 'RelationAlreadyExists'],
      ['POST /security_groups/sg-a/interfaces/if-a', 'RelationAlreadyExists'],
    ],
  },
  'GET /interfaces/:uuid/security_groups': {
    given: GROUPS,
    send: '/interfaces/if-a/security_groups',
    reply: list('SecurityGroup', { uuid: 'sg-a' }, { uuid: 'sg-b' }),
  },
  'DELETE /interfaces/:uuid/security_groups/:security_group_uuid': {
    given: GROUPS,
    send: '/interfaces/if-a/security_groups/sg-a',
    reply: exactly(['sg-a']),
    then: [
      ['DELETE /interfaces/if-a/security_groups/sg-a', []],
      ['GET /interfaces/if-a/security_groups', { total_count: 1 }],
    ],
  },
};
