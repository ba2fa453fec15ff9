/** Compares a reply with an object of the reference: the keys, their order, and the form of each value. */
import { expect } from 'vitest';
import { OBJECTS, type ObjectName } from './reference/objects.ts';

type Json = Readonly<Record<string, unknown>>;

interface Key {
  readonly name: string;
  readonly form: string;
  readonly mayBeNull: boolean;
  readonly mayBeAbsent: boolean;
  /** VNet's own. */
  readonly isNew: boolean;
}

export function keysOf(object: ObjectName): Key[] {
  return OBJECTS[object].split(' ').map((text) => {
    const [, plus, name = '', tilde, form = '', question] = /^(\+?)(\w+)(~?):(.*?)(\??)$/.exec(text) ?? [];
    return { name, form, mayBeNull: question === '?', mayBeAbsent: tilde === '~', isNew: plus === '+' };
  });
}

const FORMS: Readonly<Record<string, RegExp>> = {
  int: /^number -?\d+$/,
  text: /^string /,
  bool: /^boolean /,
  ip: /^string \d+\.\d+\.\d+\.\d+$/,
  mac: /^string [0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
  dpid: /^string 0x[0-9a-f]{16}$/,
  time: /^string \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
  null: /^object null$/,
  0: /^number 0$/,
};

/** @throws AssertionError naming the place in the reply */
export function expectShape(object: ObjectName, reply: unknown, place: string = object): void {
  const json = reply as Json;
  const keys = keysOf(object).filter(({ name, mayBeAbsent }) => !mayBeAbsent || name in json);
  expect(Object.keys(json), `keys of ${place}`).toEqual(keys.map(({ name }) => name));
  for (const { name, form, mayBeNull } of keys) {
    if (mayBeNull && json[name] === null) continue;
    expectForm(form, json[name], `${place}.${name}`);
  }
}

function expectForm(form: string, value: unknown, place: string): void {
  const [, bracket, nested] = /^([{[])(\w+)[}\]]$/.exec(form) ?? [];
  if (nested === undefined) {
    const pattern = form.endsWith('-') ? new RegExp(`^string ${form}[a-z0-9]{1,16}$`) : FORMS[form]!;
    expect(`${typeof value} ${String(value)}`, place).toMatch(pattern);
  } else if (bracket === '[') {
    for (const [i, item] of (value as unknown[]).entries()) expectShape(nested as ObjectName, item, `${place}[${i}]`);
  } else {
    expectShape(nested as ObjectName, value, place);
  }
}

const LIST = ['total_count', 'offset', 'limit', 'items'];

/** A list of a resource or of a relation. */
export function expectList(object: ObjectName, reply: unknown): void {
  expect(Object.keys(reply as Json)).toEqual(LIST);
  const { items } = reply as { readonly items: readonly unknown[] };
  expect(items).not.toEqual([]);
  for (const item of items) expectShape(object, item);
}
