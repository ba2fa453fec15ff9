/** Whatever document is taken: the model is as it says, and its export makes the same model anew. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeWholeModel } from '../../test/whole_model.ts';
import { type Section, sections } from './sections.ts';
import { isKept } from './values.ts';

const runs = process.env['VNET_FUZZ'] === 'full' ? 2_000 : 40;

type Document = Record<string, Record<string, Body>>;

/** What happens to one of the objects of the whole document. */
interface Mutation {
  readonly kind: 'drop' | 'change' | 'empty';
  readonly object: number;
  readonly part: number;
  readonly value: unknown;
}

const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('drop', 'change', 'empty'),
    object: fc.nat(),
    part: fc.nat(),
    value: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      20,
      'x',
      'virtual',
      '10.1.0.7',
      '02:00:00:00:00:77',
      '10.2.0.0/8',
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Keys of what is there, by a number. */
function pick<T>(items: readonly T[], number: number): T | undefined {
  return items[number % items.length];
}

function mutate(document: Document, { kind, object, part, value }: Mutation): void {
  const places = sections.flatMap((section) =>
    Object.keys(document[section.key] ?? {}).map((uuid) => [section, uuid] as const),
  );
  const place = pick(places, object);
  if (place === undefined) return;
  const [section, uuid]: readonly [Section, string] = place;
  const content = document[section.key]![uuid]!;
  // What only requests carry would contradict the leases and ports that are in the document too.
  const kept = section.params.filter((each) => isKept(section, each));
  const param = pick(kept, part);
  const nested = pick(section.nested, part);
  if (kind === 'drop') Reflect.deleteProperty(document[section.key]!, uuid);
  else if (kind === 'change' && param !== undefined) content[param.name] = value;
  else if (nested !== undefined) content[nested.key] = nested.isList ? [] : {};
}

function mutated(whole: Document, all: readonly Mutation[]): Document {
  const document = structuredClone(whole);
  for (const one of all) mutate(document, one);
  return document;
}

async function fresh<T>(work: (model: TestModel) => Promise<T>): Promise<T> {
  const model = await openModel('sqlite::memory:');
  try {
    return await work(model);
  } finally {
    await model.close();
  }
}

/** Whether it was taken; a refusal leaves nothing. */
async function applied(model: TestModel, document: Document, prune: boolean): Promise<boolean> {
  const before = await model.ok('export');
  const { ok, error } = await model.call('apply', { document, prune });
  if (ok) return true;
  expect(error?.status).toBeGreaterThanOrEqual(400);
  expect(error?.status).toBeLessThan(500);
  expect(await model.ok('export')).toEqual(before);
  return false;
}

describe('documents', () => {
  it('fuzz: that are taken are so, and exports make the same again', async () => {
    const whole = await fresh(async (model) => {
      await makeWholeModel(model);
      // An interface of a policy that has lost its address is given another when it is made anew.
      await model.ok('lease_policies.interfaces.delete', { uuid: 'lp-1', interface_uuid: 'if-1' });
      return (await model.ok('export')) as Document;
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(mutations, fc.boolean(), async (random, onWhole) => {
        const document = mutated(whole, random);
        const result = await fresh(async (model) => {
          if (onWhole) await model.ok('apply', { document: whole });
          if (!(await applied(model, document, onWhole))) return undefined;
          expect(await model.ok('apply', { document, prune: onWhole })).toMatchObject({ plan: [] });
          return (await model.ok('export')) as Document;
        });
        if (result === undefined) return;
        taken++;
        await fresh(async (model) => {
          await model.ok('apply', { document: result });
          expect(await model.ok('export')).toEqual(result);
          expect(await model.ok('apply', { document: result })).toMatchObject({ plan: [] });
        });
      }),
      { numRuns: runs, seed: 7 },
    );
    // Many mistakes are refused.
    expect(taken).toBeGreaterThan(runs / 10);
  }, 900_000);
});
