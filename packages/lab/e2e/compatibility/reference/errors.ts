/**
 * Errors of OpenVNet: class (below `Vnet::Endpoints::Errors::`), HTTP status, the code, which is a text, and the message that
 * programs may have looked at.
 */
export const ERRORS = {
  // The uuid alone for what is another's; VNet says whose it is not.
  UnknownUUIDResource: {
    status: 404,
    code: '100',
    message: /^([A-Z][A-Za-z]+#\w+: |[a-z]+-\w+ has no [a-z ]+ )?[a-z]+-\w+$/,
  },
  InvalidUUID: { status: 400, code: '101', message: /^[A-Z][A-Za-z]+#\w+: \S+$/ },
  DuplicateUUID: { status: 400, code: '102', message: /^[a-z]+-[a-z0-9]+$/ },
  ArgumentError: { status: 400, code: '110', message: /./ },
  MissingArgument: { status: 400, code: '111', message: /^\w+$/ },
  RelationAlreadyExists: { status: 400, code: '112', message: /^[a-z]+-\w+ <=> [a-z]+-\w+$/ },
  UnknownResource: { status: 404, code: '114', message: /^Couldn't find resource with parameters: \{.*\}$/ },
} as const;

export type ReferenceError = keyof typeof ERRORS;
