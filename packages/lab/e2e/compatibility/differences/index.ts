/** Where VNet is not as OpenVNet was, on purpose: each with its reason, and what shows it. */
import { behaviour } from './behaviour.ts';
import { commandLine } from './command_line.ts';
import type { Difference } from './difference.ts';
import { requests } from './requests.ts';
import { values } from './values.ts';

/** By what they are about. */
export const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  'Requests and errors': requests,
  Values: values,
  Behaviour: behaviour,
  vnctl: commandLine,
};
