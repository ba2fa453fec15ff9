/** Errors of OpenVNet: class (below `Vnet::Endpoints::Errors::`), HTTP status, and the code, which is a text. */
export const ERRORS = {
  UnknownUUIDResource: { status: 404, code: '100' },
  InvalidUUID: { status: 400, code: '101' },
  DuplicateUUID: { status: 400, code: '102' },
  ArgumentError: { status: 400, code: '110' },
  MissingArgument: { status: 400, code: '111' },
  RelationAlreadyExists: { status: 400, code: '112' },
  UnknownResource: { status: 404, code: '114' },
} as const;

export type ReferenceError = keyof typeof ERRORS;
