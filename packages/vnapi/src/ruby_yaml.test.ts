import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rubyYaml } from './ruby_yaml.ts';

const line = (value: unknown, key = 'k'): string =>
  rubyYaml({ [key]: value })
    .replace(/^---\n:\w+:/, '')
    .trim();

describe('YAML for the clients of OpenVNet', () => {
  it.each([
    ['what Ruby would read as a symbol', ':admin', "':admin'"],
    ['what Ruby would read as an integer', '1,000', "'1,000'"],
    ['what Ruby would read as a number to the base of 60', '02:00:00:00:00:01', "'02:00:00:00:00:01'"],
    ['a date', '2015-12-18', "'2015-12-18'"],
    ['a truth', 'yes', "'yes'"],
    ['a number', '010', "'010'"],
    ['nothing', '', "''"],
    ['a time that is not a column', '2015-12-18 04:13:28 UTC', '2015-12-18 04:13:28 UTC'],
  ])('quotes a text that looks like %s', (_what, text, written) => {
    expect(line(text)).toBe(written);
    expect(parse(rubyYaml({ k: text }), { schema: 'yaml-1.1' })).toEqual({ ':k': text });
  });

  it.each(['10.101.0.1', 'nw-a', 'Vnet::Endpoints::Errors::InvalidUUID', 'a text'])('leaves %s plain', (text) => {
    expect(line(text)).toBe(text);
  });

  it('writes times as Ruby did, and only those of columns', () => {
    expect(line('2015-12-18 04:13:28 UTC', 'created_at')).toBe('2015-12-18 04:13:28.000000000 Z');
    const text = 'x\n:created_at: 2015-12-18 04:13:28 UTC';
    expect(parse(rubyYaml({ rules: text }))).toEqual({ ':rules': text });
  });

  it('writes nothing for null, and lists without indentation', () => {
    expect(rubyYaml({ a: null, b: [{ c: 1 }, []] })).toBe('---\n:a:\n:b:\n- :c: 1\n- []\n');
    expect(rubyYaml(['nw-1'])).toBe('---\n- nw-1\n');
  });

  it('has symbols where they are wanted', () => {
    const list = { total_count: 1, offset: 0, limit: 30, items: [{ offset: 1 }] };
    expect(rubyYaml(list, 'items')).toBe('---\ntotal_count: 1\noffset: 0\nlimit: 30\n:items:\n- :offset: 1\n');
    expect(rubyYaml(list, 'all')).toMatch(/^---\n:total_count: 1\n/);
    expect(rubyYaml(list, 'none')).toBe('total_count: 1\noffset: 0\nlimit: 30\nitems:\n  - offset: 1\n');
  });
});
