import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { idOf, makeSite, makeVm } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  describe('facts', () => {
    async function two(): Promise<(datapath: number, claim: string, port?: number) => Body> {
      await makeSite(model);
      await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0xbbbb' });
      await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const id = await idOf(model, 'interfaces', 'if-vm');
      return (datapath, claim, port = 5) => ({
        interface_id: id,
        port_name: `vm${datapath}`,
        port_number: port,
        claim,
      });
    }

    async function places(): Promise<[number, boolean | null][]> {
      const rows = await model.store.reader.all('active_interface');
      return rows.map((row) => [row.datapath_id, row.singular]);
    }

    it('make a moved interface live where it was plugged last, whoever says so again', async () => {
      const plug = await two();
      const here = { interfaces: [plug(1, 'a')] } as never;
      await model.facts('dp-1', here);
      expect(await places()).toEqual([[1, true]]);
      await model.facts('dp-2', { interfaces: [plug(2, 'b')] } as never);
      expect(await places()).toEqual([
        [1, null],
        [2, true],
      ]);
      const { revision } = model.store;
      expect(await model.facts('dp-1', here)).toBe(revision);
      expect(await model.facts('dp-1', { ...(here as object), full: true })).toBe(revision);
      await model.facts('dp-1', { interfaces: [plug(1, 'c')] } as never);
      expect(await places()).toEqual([
        [1, true],
        [2, null],
      ]);
    });

    it('let it live again where a port is left over', async () => {
      const plug = await two();
      await model.facts('dp-1', { interfaces: [plug(1, 'a')] } as never);
      await model.facts('dp-2', { interfaces: [plug(2, 'b')] } as never);
      await model.facts('dp-2', { full: true });
      expect(await places()).toEqual([[1, true]]);
      await model.facts('dp-1', { gone_interfaces: [2] });
      expect(await places()).toEqual([]);
    });

    it('follow a port number, and ignore what was deleted meanwhile', async () => {
      const plug = await two();
      await model.facts('dp-1', { interfaces: [plug(1, 'a', 5)] } as never);
      await model.facts('dp-1', { interfaces: [plug(1, 'a', 6)] } as never);
      expect(await model.store.reader.all('active_interface')).toMatchObject([{ port_number: 6, singular: true }]);
      const { revision } = model.store;
      await model.facts('dp-1', { interfaces: [{ ...plug(1, 'a'), interface_id: 999 }], networks: [999] } as never);
      expect(model.store.revision).toBe(revision);
    });

    it('may be as odd as the form of the message allows', async () => {
      await two();
      const machine = await idOf(model, 'interfaces', 'if-vm');
      const largest = Number.MAX_SAFE_INTEGER;
      const odd = { port_name: '', port_number: largest, claim: '\u0000' };
      const before = model.store.revision;
      await model.facts('dp-1', {
        full: true,
        interfaces: [
          { interface_id: largest, ...odd },
          { interface_id: 0, ...odd },
        ],
        gone_interfaces: [largest, 0, machine],
        networks: [largest, 0],
        gone_networks: [largest],
      });
      expect(model.store.revision).toBe(before);
      const fact = { ...odd, interface_id: machine };
      await model.facts('dp-1', {
        interfaces: [fact, fact, { ...fact, claim: 'x'.repeat(255) }],
        gone_interfaces: [machine],
      });
      const rows = await model.store.reader.all('active_interface', { interface_id: machine });
      expect(rows).toMatchObject([{ port_name: '', port_number: largest, claim: 'x'.repeat(255), singular: true }]);
    });
  });
});
