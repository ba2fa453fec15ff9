import type { Units } from './emit.ts';
import { endpoint } from './endpoint.ts';
import { FILTERING_UNITS } from './filtering/index.ts';
import { member } from './flood.ts';
import { host, hostPort, record } from './host.ts';
import { network } from './network.ts';
import { peer } from './peer.ts';
import { port } from './port.ts';

/** Every kind of unit, by the name that others need it by. A new feature is a file and a line here. */
export const UNITS: Units = { host, record, hostPort, port, network, endpoint, member, peer, ...FILTERING_UNITS };

/** Where the compilation starts. */
export const ROOTS = ['host'];
