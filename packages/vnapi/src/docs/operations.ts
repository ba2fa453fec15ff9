/** An endpoint as HTML: what it does, its parameters, an example, what it answers. */
import { escapeHtml } from '../html.ts';
import type { OpenApi, Operation } from '../openapi/document.ts';
import type { Parameter } from '../openapi/requests.ts';
import type { Schema } from '../openapi/schema.ts';
import { exampleCurl, requiredNames } from './curl.ts';
import { inlineHtml, schemaHtml, valueHtml } from './schemas.ts';

function parameterRow({ name, description, deprecated, schema, in: where }: Parameter, isRequired: boolean): string {
  const mark =
    isRequired || where === 'path' ? ' <b class="required">required</b>' : deprecated === true ? ' <em>old</em>' : '';
  const standard =
    schema.default === undefined || schema.default === ''
      ? ''
      : ` Default: <code>${escapeHtml(String(schema.default))}</code>.`;
  return `<tr><td><code>${escapeHtml(name)}</code>${mark}</td><td>${valueHtml(schema)}</td><td>${inlineHtml(description)}${standard}</td></tr>`;
}

function parametersHtml(operation: Operation, document: OpenApi): string {
  const required = requiredNames(operation, document);
  const own = operation.parameters.filter((each): each is Parameter => 'in' in each);
  const shared = operation.parameters.flatMap((each) => ('$ref' in each ? [each.$ref.split('/').at(-1)!] : []));
  const rows = own.map((each) => parameterRow(each, required.includes(each.name)));
  const table =
    rows.length === 0 ? '' : `<table><tr><th>Parameter</th><th>Value</th><th>Meaning</th></tr>${rows.join('')}</table>`;
  const links = shared.map((name) => `<a href="#shared">${escapeHtml(name)}</a>`).join(', ');
  return `${table}<p class="shared">Also: ${links}.</p>`;
}

function answerOf({ responses }: Operation): Schema {
  const { content } = responses['200'] as { content: Record<string, { schema: Schema }> };
  return content['application/json']!.schema;
}

function errorsHtml({ responses }: Operation): string {
  const statuses = Object.keys(responses).filter((status) => Number(status) >= 400);
  return `<p class="shared">Errors: ${statuses.map((status) => `<a href="#errors">${status}</a>`).join(', ')}.</p>`;
}

/** @param method in lower case */
export function operationHtml(method: string, path: string, operation: Operation, document: OpenApi): string {
  const { operationId, summary, parameters } = operation;
  const names = parameters.flatMap((each) => ('in' in each ? [each.name] : []));
  const words = [method, path, operationId, summary, ...names].join(' ').toLowerCase();
  const body =
    operation.requestBody?.required === true ? '<p>The body is a <a href="#schema-Document">document</a>.</p>' : '';
  return `<details class="operation" id="${operationId}" data-words="${escapeHtml(words)}">
<summary><b class="method ${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code> <span>${inlineHtml(summary)}</span></summary>
${body}${parametersHtml(operation, document)}
<pre>${escapeHtml(exampleCurl(method, path, operation, document))}</pre>
<h4>Answer</h4>${schemaHtml(answerOf(operation))}
${errorsHtml(operation)}
</details>`;
}
