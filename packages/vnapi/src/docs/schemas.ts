/** Schemas as HTML: what a reply or a value is. */
import { escapeHtml } from '../html.ts';
import type { Schema } from '../openapi/schema.ts';

/** Texts of the document: `code` between backticks. */
export function inlineHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function typeOf({ type, format }: Schema): string {
  const types = typeof type === 'string' ? [type] : (type ?? ['any']);
  return [...types].join(' or ') + (format === undefined ? '' : ` (${format})`);
}

/** `string, at most 255 characters` */
export function valueHtml(schema: Schema): string {
  const { $ref, enum: values, const: only, minimum, maximum, maxLength, pattern, items } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!;
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  if (items !== undefined) return `list of ${valueHtml(items)}`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(valueHtml).join(' or ');
  if (values !== undefined) return values.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(', ');
  if (only !== undefined) return `<code>${escapeHtml(only)}</code>`;
  const limits = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`<code>${escapeHtml(pattern)}</code>`]),
  ];
  return [typeOf(schema), ...limits].join(' ');
}

/** The keys of an object, objects within it indented; for anything else its type. */
export function schemaHtml(schema: Schema): string {
  const { properties, items, additionalProperties, oneOf } = schema;
  if (schema.$ref !== undefined) return `<p>${valueHtml(schema)}</p>`;
  if (oneOf !== undefined) return `<ul>${oneOf.map((each) => `<li>${schemaHtml(each)}</li>`).join('')}</ul>`;
  if (items?.properties !== undefined) return `<p>A list of</p>${schemaHtml(items)}`;
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? `, each ${valueHtml(additionalProperties)}` : '';
    return `<p>${valueHtml(schema)}${values}</p>`;
  }
  const rows = Object.entries(properties).map(([name, value]) => {
    const maybe = schema.required?.includes(name) === false ? ' <em>may be absent</em>' : '';
    const doc = value.description === undefined ? '' : ` – ${inlineHtml(value.description)}`;
    const isNested = value.properties !== undefined || value.items?.properties !== undefined;
    const nested = isNested ? schemaHtml(value) : '';
    return `<li><code>${escapeHtml(name)}</code> ${isNested ? '' : valueHtml(value)}${maybe}${doc}${nested}</li>`;
  });
  return `<ul class="keys">${rows.join('')}</ul>`;
}
