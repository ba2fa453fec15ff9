/** What vnctl does with its lines. */
import { expect } from 'vitest';
import { NETWORK } from '../given.ts';
import type { Difference } from './difference.ts';

export const commandLine: readonly Difference[] = [
  {
    openvnet: 'vnctl ends with 0, whatever the API answered, and whatever was wrong with the command line.',
    vnet: '0 when it is done, 1 when the API refused or cannot be reached, 2 when the command line is wrong, 3 when `--wait` was not long enough.',
    why: 'Scripts go on only when it worked.',
    check: async (_client, vnctl) => {
      const codes = [await vnctl('segments add'), await vnctl('networks show nw-none'), await vnctl('networks shine')];
      expect(codes.map(({ code }) => code)).toEqual([2, 1, 2]);
      expect(await vnctl('networks show')).toMatchObject({ code: 0 });
    },
  },
  {
    openvnet: 'Errors are printed as the API answers them, among the results.',
    vnet: 'They are sentences with a remedy on stderr; with `-o json` or `yaml`, what the API answered is printed too.',
    why: 'Output can be piped.',
    check: async (_client, vnctl) => {
      const { stdout, stderr } = await vnctl('networks show nw-none');
      expect([stdout, stderr]).toEqual(['', expect.stringMatching(/^vnctl: .*nw-none/)]);
      expect(JSON.parse((await vnctl('networks show nw-none -o json')).stdout)).toMatchObject({ code: '100' });
    },
  },
  {
    openvnet: 'Without a configuration file, YAML with Ruby symbols (`:uuid:`) is printed.',
    vnet: 'Tables; with `-o` or `output_format` yml, YAML with plain keys. The API has symbols in `.yml`, as before.',
    why: 'People read tables, and no program but Ruby knows the symbols.',
    check: async (client, vnctl) => {
      await client.ask(NETWORK);
      expect((await vnctl('networks show nw-a -o yml')).stdout).toMatch(/^uuid: nw-a$/m);
      expect((await vnctl('networks show')).stdout).toMatch(/^UUID .*\nnw-a /i);
    },
  },
  {
    openvnet: 'A batch ends with 0, and its lines are in colours.',
    vnet: 'All lines are run; the exit code is that of the first that failed. No colours.',
    why: 'As above.',
    check: async (_client, vnctl) => {
      const { code, stdout } = await vnctl('batch', 'networks show nw-none\nnetworks show\n');
      expect({ code, stdout }).toEqual({
        code: 1,
        stdout: expect.stringMatching(/^BEGIN \(\)\n> networks show nw-none\n/) as string,
      });
    },
  },
  {
    openvnet: 'An option without its value sends its own name as the value.',
    vnet: 'The command line is wrong.',
    why: 'A network named `display_name` is a mistake.',
    check: async (client, vnctl) => {
      await client.ask(NETWORK);
      expect((await vnctl('networks modify nw-a --display_name')).code).toBe(2);
    },
  },
];
