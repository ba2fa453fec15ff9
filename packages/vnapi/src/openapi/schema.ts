/** JSON Schema (draft 2020-12) as far as the documentation of the API needs it. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string;
  readonly default?: string | number | boolean;
  readonly examples?: readonly (string | number | boolean)[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** A key of an object. */
export interface Property {
  readonly schema: Schema;
  /** The key may be absent. */
  readonly optional?: boolean;
}

export type Properties = Readonly<Record<string, Property>>;

/** An object with these keys, those that are not optional always there. */
export function objectOf(properties: Properties, description?: string): Schema {
  const entries = Object.entries(properties);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    required: entries.filter(([, { optional }]) => optional !== true).map(([name]) => name),
  };
}

export function always(schema: Schema): Property {
  return { schema };
}

export function maybe(schema: Schema): Property {
  return { schema, optional: true };
}

/** Keys of an object that are all there, or of parameters that may all be absent. */
export function each(
  schemas: Readonly<Record<string, Schema>>,
  property: (schema: Schema) => Property = always,
): Properties {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, property(schema)]));
}

export function arrayOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function orNull(schema: Schema): Schema {
  if (schema.$ref !== undefined || typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const { enum: values } = schema;
  return { ...schema, type: [schema.type, 'null'], ...(values === undefined ? {} : { enum: [...values, null] }) };
}

/** A map from uuids, or from names, to values of one kind. */
export function mapOf(values: Schema, description?: string): Schema {
  return { type: 'object', ...(description === undefined ? {} : { description }), additionalProperties: values };
}

export function refTo(schemaName: string): Schema {
  return { $ref: `#/components/schemas/${schemaName}` };
}
