/** The documentation of the API as one page that needs nothing else, from the OpenAPI document. */
import { escapeHtml } from '../html.ts';
import type { OpenApi } from '../openapi/document.ts';
import { ORIGIN } from './curl.ts';
import { operationHtml } from './operations.ts';
import { inlineHtml, schemaHtml, valueHtml } from './schemas.ts';
import { script } from './script.ts';
import { style } from './style.ts';

interface Section {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly string[];
}

function sectionsOf(document: OpenApi): Section[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  return document.tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations
      .filter(({ operation }) => operation.tags[0] === name)
      .map(({ method, path, operation }) => operationHtml(method, path, operation, document)),
  }));
}

/** Endpoints have their names for ids, and some resources are called like one. */
function sectionId(name: string): string {
  return `resource-${name}`;
}

function sectionHtml({ name, description, operations }: Section): string {
  return `<section class="tag" id="${sectionId(name)}"><h2>${name.replaceAll('_', ' ')}</h2><p>${inlineHtml(description)}</p>
${operations.join('\n')}</section>`;
}

function linkHtml({ name, operations }: Section): string {
  return `<a href="#${sectionId(name)}">${name.replaceAll('_', ' ')} <small>${operations.length}</small></a>`;
}

function sharedHtml({ components }: OpenApi): string {
  const rows = Object.values(components.parameters).map(
    ({ name, in: where, schema, description }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${where}</td><td>${valueHtml(schema)}</td><td>${inlineHtml(description)}</td></tr>`,
  );
  return `<section class="more" id="shared"><h2>Parameters of many requests</h2>
<table><tr><th>Parameter</th><th>In</th><th>Value</th><th>Meaning</th></tr>${rows.join('')}</table></section>`;
}

function errorsHtml({ components }: OpenApi): string {
  const rows = Object.entries(components.responses).map(([name, { description }]) => {
    const lines = description.split('\n\n').map(inlineHtml);
    return `<tr><td>${name.replace('Error', '')}</td><td>${lines.join('<br>')}</td></tr>`;
  });
  return `<section class="more" id="errors"><h2>Errors</h2>
<p>Each is an object with <code>error</code>, <code>message</code> and <code>code</code>.</p>
<table><tr><th>Status</th><th>Error (code)</th></tr>${rows.join('')}</table></section>`;
}

/** Schemas of replies; those of bodies say what the parameters of their endpoints say. */
function schemasHtml({ components, paths }: OpenApi): string {
  const bodies = new Set(Object.values(paths).flatMap((path) => Object.values(path).map((each) => each.operationId)));
  const schemas = Object.entries(components.schemas).filter(([name]) => !bodies.has(name));
  const details = schemas.map(
    ([name, schema]) => `<details id="schema-${name}"><summary><code>${name}</code>
<span>${inlineHtml(schema.description ?? '')}</span></summary>${schemaHtml(schema)}</details>`,
  );
  return `<section class="more" id="schemas"><h2>Schemas</h2>${details.join('\n')}</section>`;
}

export function docsPage(document: OpenApi): string {
  const sections = sectionsOf(document);
  const about = document.info.description.split('\n\n').map((text) => `<p>${inlineHtml(text)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title} API</title>
<style>${style}</style>
</head>
<body data-origin="${ORIGIN}">
<header><h1>${document.info.title} API</h1>
<input id="search" type="search" placeholder="Search endpoints and parameters ( / )" aria-label="Search" autocomplete="off">
<output id="found" for="search"></output><a href="openapi.json">openapi.json</a></header>
<div class="columns">
<nav aria-label="Resources">${sections.map(linkHtml).join('\n')}
<a href="#shared">shared parameters</a><a href="#errors">errors</a><a href="#schemas">schemas</a></nav>
<main>
<section class="more">${about.join('\n')}<p>Paths are below <code>${document.servers.map(({ url }) => url).join('</code> or <code>')}</code>.</p></section>
${[...sections.map(sectionHtml), sharedHtml(document), errorsHtml(document), schemasHtml(document)].join('\n')}
</main>
</div>
<script>${script}</script>
</body>
</html>
`;
}
