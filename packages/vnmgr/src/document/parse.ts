/** A document as it came, made wishes for single rows, checked as requests are. Pure. */
import { type Param, VnetError, checkNames, checkUuid, declarationOf, validateParams } from '@vnet/model';
import { didYouMean } from '@vnet/model/options';
import { type Section, sections } from './sections.ts';
import { type Values, wantedIdentity } from './values.ts';

export type Raw = Readonly<Record<string, unknown>>;

/** A row of a document, or where it would be. */
export interface Place {
  readonly section: Section;
  /** Of the object, or of the one around it. */
  readonly uuid: string;
  /** What tells it from its like in the same place: its own uuid, the other's, or its values. */
  readonly key: string;
}

export interface Wanted extends Place {
  /** What the document says, as it says it. */
  readonly raw: Raw;
  /** The same, checked; null takes a value away. */
  readonly given: Values;
}

export interface Document {
  /** The sections that it has. */
  readonly sections: readonly Section[];
  readonly wanted: readonly Wanted[];
  /** `"nw-a": null` */
  readonly unwanted: readonly Place[];
  /** Objects whose rows of one kind are all in the document. */
  readonly complete: readonly Omit<Place, 'key'>[];
}

/** The row in messages: `interfaces if-1`, `datapaths.networks dp-1 nw-a`. */
export function placeName({ section, uuid, key }: Place): string {
  return section.parent === undefined || section.isList ? `${section.name} ${uuid}` : `${section.name} ${uuid} ${key}`;
}

/** Says in an error which row of the document it is about. */
export function explained(error: unknown, place: string): unknown {
  if (!(error instanceof VnetError)) return error;
  return new VnetError(error.name, `${place}: ${error.message}`, { cause: error });
}

function about<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(error, place);
  }
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EXCERPT = 60;

function refuse(place: string, value: unknown, expected: string): never {
  const text = JSON.stringify(value) as string | undefined;
  throw new VnetError('ArgumentError', `${place}: ${text?.slice(0, EXCERPT) ?? 'nothing'} is not ${expected}`);
}

function isGiven({ name, aliases = [] }: Param, raw: Raw): boolean {
  return [name, ...aliases].some((each) => raw[each] !== undefined);
}

/** Only what is said; null for a value that has a default is the default. */
function givenValues(params: readonly Param[], raw: Raw): Values {
  const said = params.filter((param) => isGiven(param, raw));
  const values = validateParams(said, raw);
  const without = said.find(({ name }) => values[name] === undefined);
  if (without === undefined) return values;
  throw new VnetError('ArgumentError', `${without.name}: cannot be without a value; leave it out`);
}

/** Everything that a new row needs. @throws {VnetError} as a request to make it does */
export function newValues({ section, raw }: Wanted): Values {
  return validateParams(section.params, raw);
}

class Parser {
  readonly wanted: Wanted[] = [];
  readonly unwanted: Place[] = [];
  readonly complete: Omit<Place, 'key'>[] = [];

  section(section: Section, content: unknown): void {
    if (!isObject(content)) refuse(section.name, content, `an object with uuids: ${exampleOf(section)}`);
    for (const [uuid, raw] of Object.entries(content)) this.object(section, uuid, raw);
  }

  object(section: Section, uuid: string, raw: unknown): void {
    about(section.name, () => checkUuid(section.entity, 'uuid', uuid, '[a-z0-9]{1,16}'));
    const place = { section, uuid, key: uuid };
    if (raw === null) this.unwanted.push(place);
    else {
      const content = this.row(place, raw);
      for (const nested of section.nested) {
        if (content[nested.key] !== undefined) this.nested(nested, uuid, content[nested.key]);
      }
    }
  }

  nested(section: Section, uuid: string, content: unknown): void {
    const name = `${section.name} ${uuid}`;
    this.complete.push({ section, uuid });
    if (section.isList) {
      if (!Array.isArray(content)) refuse(name, content, 'a list');
      for (const raw of content as unknown[]) this.listed(section, uuid, raw);
      return;
    }
    if (!isObject(content)) refuse(name, content, `an object with uuids: ${exampleOf(section)}`);
    const { entity, param } = section.other ?? { entity: section.entity, param: 'uuid' };
    for (const [key, raw] of Object.entries(content)) {
      about(name, () => checkUuid(entity, param, key, '[a-z0-9]{1,16}'));
      if (raw === null) this.unwanted.push({ section, uuid, key });
      else this.row({ section, uuid, key }, raw);
    }
  }

  listed(section: Section, uuid: string, raw: unknown): void {
    const place = `${section.name} ${uuid}`;
    if (!isObject(raw)) refuse(place, raw, 'an object');
    const key = about(place, () => wantedIdentity(section, validateParams(section.params, raw)));
    this.row({ section, uuid, key }, raw);
  }

  row(place: Place, raw: unknown): Raw {
    const { section } = place;
    const name = placeName(place);
    if (!isObject(raw)) refuse(name, raw, 'an object');
    about(name, () => {
      const parts = section.nested.map(({ key }): Param => ({ name: key, type: 'string', doc: '' }));
      checkNames({ ...section.endpoint, params: [...section.params, ...parts] }, Object.keys(raw));
      this.wanted.push({ ...place, raw, given: givenValues(section.params, raw) });
    });
    return raw;
  }
}

function exampleOf({ other, entity }: Section): string {
  return `{ "${declarationOf(other?.entity ?? entity).prefix}-1": { … } }`;
}

/** @throws {VnetError} naming section, uuid and field */
export function parseDocument(document: unknown): Document {
  if (!isObject(document)) refuse('document', document, 'an object with sections: { "networks": { "nw-1": { … } } }');
  const keys = sections.map(({ key }) => key);
  const unknown = Object.keys(document).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, keys) || `; there are ${keys.join(', ')}`;
    throw new VnetError('ArgumentError', `${unknown.slice(0, EXCERPT)}: not a section of a document${hint}`);
  }
  const parser = new Parser();
  const present = sections.filter(({ key }) => document[key] !== undefined);
  for (const section of present) parser.section(section, document[section.key]);
  const { wanted, unwanted, complete } = parser;
  return { sections: present, wanted, unwanted, complete };
}
