import { errorCatalogue } from '../errors.ts';

/** The error catalogue as a page for people. */
export function describeErrors(): string {
  return [
    '# Errors of the API',
    '',
    'Generated from `packages/model/src/errors.ts` by `npm test -- packages/model/src/describe -u`; a test keeps it true.',
    '',
    'Every error is answered as JSON (`.yml`: as YAML) with three texts:',
    '',
    '```json',
    '{ "error": "Vnet::Endpoints::Errors::UnknownUUIDResource", "message": "Network#uuid: nw-web", "code": "100" }',
    '```',
    '',
    '`error` is the class below with the prefix that clients of OpenVNet expect, `message` names the parameter, the value and',
    'what would be right, `code` is a text. `vnctl` prints class and message, and cause and remedy below them. Replies with',
    'status 503 carry `Retry-After`.',
    '',
    '| code | class | status | cause | remedy |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(errorCatalogue).map(
      ([name, { code, status, cause, remedy }]) => `| ${code} | \`${name}\` | ${status} | ${cause} | ${remedy} |`,
    ),
    '',
    'Codes 100 to 114 and 500 are those of OpenVNet. What the message of an error says in detail is in',
    '[troubleshooting](../guide/troubleshooting.md#the-api-refuses).',
    '',
  ].join('\n');
}
