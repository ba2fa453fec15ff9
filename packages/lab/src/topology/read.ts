import { Value } from 'typebox/value';
import { parseDocument } from 'yaml';
import { crossCheck } from './cross-check.ts';
import { TopologyError } from './errors.ts';
import { TopologySchema, type Topology, type TopologyInput } from './schema.ts';

/**
 * Reads a topology file.
 * @param text YAML (or JSON, which is YAML)
 * @throws TopologyError with every problem found
 */
export function parseTopology(text: string): Topology {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new TopologyError(document.errors.map((error) => error.message));
  return checkTopology(document.toJS() ?? {});
}

/**
 * Checks a topology given as an object.
 * @throws TopologyError with every problem found
 */
export function checkTopology(input: unknown): Topology {
  const problems = [...Value.Errors(TopologySchema, input)].flatMap((error) => describe(error, input));
  if (problems.length > 0) throw new TopologyError(problems);
  const valid = input as TopologyInput;
  const topology: Topology = { segments: {}, routers: {}, hosts: {}, servers: {}, vms: {}, switches: {}, ...valid };
  const contradictions = crossCheck(topology);
  if (contradictions.length > 0) throw new TopologyError(contradictions);
  return topology;
}

/** The parts of a JSON schema that are needed to say what would have been right. */
interface SchemaNode {
  readonly type?: string;
  readonly remedy?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

type SchemaProblem = ReturnType<typeof Value.Errors>[number];

function describe(problem: SchemaProblem, input: unknown): readonly string[] {
  const path = problem.instancePath.split('/').slice(1);
  const place = path.join('.') || 'topology';
  switch (problem.keyword) {
    // Each unknown key is reported a second time, as a value of which none is allowed: that one has the whole path.
    case 'additionalProperties':
      return [];
    case 'boolean':
      return [`${place}: unknown; ${alternatives(schemaAt(path.slice(0, -1)))}`];
    case 'required':
      return problem.params.requiredProperties.map((key) => {
        const missing = [...path, key];
        return `${missing.join('.')}: missing; give ${schemaAt(missing)?.remedy ?? 'it'}`;
      });
    default: {
      const schema = schemaAt(path);
      return [
        `${place}: ${JSON.stringify(valueAt(input, path))} is not ${schema?.remedy ?? `of type ${schema?.type}`}`,
      ];
    }
  }
}

function alternatives(parent: SchemaNode | undefined): string {
  if (parent?.properties) return `known here: ${Object.keys(parent.properties).join(', ')}`;
  return 'names have at most 15 characters a-z, 0-9, - and begin with a letter';
}

function schemaAt(path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = TopologySchema;
  for (const key of path) {
    node = node?.patternProperties
      ? Object.values(node.patternProperties)[0]
      : (node?.items ?? node?.properties?.[key]);
  }
  return node;
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], input);
}
