/** YAML as OpenVNet wrote it (reference §1.9), so that its clients read from it what they always read. */
import { Scalar, stringify, type ScalarTag, type Tags } from 'yaml';

/**
 * Which keys are Ruby symbols. `items`: all but `total_count`, `offset` and `limit` at the top, as in lists of resources;
 * `none`: plain YAML, for what OpenVNet did not have.
 */
export type Symbols = 'all' | 'items' | 'none';

const PLAIN_KEYS: Readonly<Record<'all' | 'items', readonly string[]>> = {
  all: [],
  items: ['total_count', 'offset', 'limit'],
};

/** `2015-12-18 04:13:28 UTC`, the form of times in JSON. */
const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/;

/** Texts that Ruby reads as something else and YAML 1.1 does not: symbols, integers with commas, merge keys. */
const RUBY_READS = /^(?::.|=$|<<$|[-+]?\d[\d_]*,[\d_,.]*$)/s;

/** Times as Ruby wrote them: `2015-12-18 04:13:28.000000000 Z`. */
const rubyTime: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  identify: (value) => value instanceof Date,
  test: /^\d{4}-\d\d?-\d\d?(?:[Tt\s]+\d\d?:\d\d:\d\d(?:\.\d+)?\s*(?:Z|[-+]\d\d?(?::?\d\d)?)?)?$/,
  resolve: (text) => text,
  stringify: ({ value }) => `${(value as Date).toISOString().slice(0, 19).replace('T', ' ')}.000000000 Z`,
};

export function rubyYaml(body: unknown, symbols: Symbols = 'all'): string {
  if (symbols === 'none') return stringify(body, { lineWidth: 0, aliasDuplicateObjects: false });
  return stringify(rubyValue(body, '', PLAIN_KEYS[symbols]), {
    schema: 'yaml-1.1',
    customTags: (tags: Tags) => [
      ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== rubyTime.tag),
      rubyTime,
    ],
    nullStr: '',
    singleQuote: true,
    directives: true,
    lineWidth: 0,
    indentSeq: false,
  });
}

function rubyValue(value: unknown, key: string, plainKeys: readonly string[] = []): unknown {
  if (typeof value === 'string') return rubyText(value, key);
  if (Array.isArray(value)) return value.map((item) => rubyValue(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [plainKeys.includes(name) ? name : `:${name}`, rubyValue(item, name)]),
  );
}

function rubyText(text: string, key: string): unknown {
  const [, date, time] = (key.endsWith('_at') && TIME.exec(text)) || [];
  if (date !== undefined && time !== undefined) return new Date(`${date}T${time}Z`);
  if (!RUBY_READS.test(text)) return text;
  const quoted = new Scalar(text);
  quoted.type = Scalar.QUOTE_SINGLE;
  return quoted;
}
