/** Every error that a user can see, with code, HTTP status, cause and remedy (codes 100 to 114: reference §1.5). */
import type { WireError } from './messages.ts';

interface CatalogueEntry {
  readonly code: string;
  readonly status: number;
  readonly cause: string;
  readonly remedy: string;
}

export const errorCatalogue = {
  UnknownUUIDResource: {
    code: '100',
    status: 404,
    cause: 'Nothing has this uuid.',
    remedy: 'List the resource to see which uuids there are.',
  },
  InvalidUUID: {
    code: '101',
    status: 400,
    cause: 'The text is not a uuid of this resource.',
    remedy: 'Write the prefix of the resource, a dash and 1 to 16 lower case letters or digits.',
  },
  DuplicateUUID: {
    code: '102',
    status: 400,
    cause: 'Another row has this uuid.',
    remedy: 'Choose another uuid or leave it out.',
  },
  InvalidID: {
    code: '103',
    status: 400,
    cause: 'Two parameters contradict each other.',
    remedy: 'Leave one of them out.',
  },
  ArgumentError: {
    code: '110',
    status: 400,
    cause: 'A value is not possible.',
    remedy: 'The message names the parameter, the value and what would be right.',
  },
  MissingArgument: {
    code: '111',
    status: 400,
    cause: 'A required parameter is missing.',
    remedy: 'Give the parameter that the message names.',
  },
  RelationAlreadyExists: {
    code: '112',
    status: 400,
    cause: 'The two are related already.',
    remedy: 'Nothing to do; delete the relation first to make it anew.',
  },
  DeleteRestrictionError: {
    code: '113',
    status: 400,
    cause: 'Something else needs the row.',
    remedy: 'Delete first what the message names.',
  },
  UnknownResource: {
    code: '114',
    status: 404,
    cause: 'No row matches the parameters.',
    remedy: 'List the resource to see which rows there are.',
  },
  PreconditionFailed: {
    code: '120',
    status: 412,
    cause: 'The row has changed since the revision in If-Match.',
    remedy: 'Read the row again and repeat the change with the new revision.',
  },
  RequestTooLarge: {
    code: '121',
    status: 413,
    cause: 'The request is larger than the server takes.',
    remedy: 'Split it.',
  },
  UnknownEndpoint: {
    code: '122',
    status: 404,
    cause: 'There is no such path or method.',
    remedy: 'See the list of endpoints in the API documentation.',
  },
  NotWriter: {
    code: '130',
    status: 503,
    cause: 'Another manager holds the right to write.',
    remedy: 'Try again, and name all managers in --manager of vnapi: it asks the one that writes.',
  },
  DatabaseUnavailable: {
    code: '131',
    status: 503,
    cause: 'The database does not answer.',
    remedy: 'Try again; look at the log of vnmgr when it lasts.',
  },
  ManagerUnavailable: {
    code: '132',
    status: 503,
    cause: 'No manager answers.',
    remedy: 'Check that vnmgr runs and that --manager names its --listen endpoint.',
  },
  AgentUnavailable: {
    code: '133',
    status: 503,
    cause: 'Only an agent could answer, and it is not connected.',
    remedy: 'See which agents are connected: vnctl agents.',
  },
  InternalError: {
    code: '500',
    status: 500,
    cause: 'A defect of the program.',
    remedy: 'Report it with the lines of the log that carry the request id.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorName = keyof typeof errorCatalogue;

/** An error of the catalogue: what the API answers with. */
export class VnetError extends Error {
  override readonly name: ErrorName;
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly remedy: string;

  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    const entry = errorCatalogue[name];
    this.name = name;
    this.code = entry.code;
    this.status = entry.status;
    this.remedy = entry.remedy;
  }

  toWire(): WireError {
    return { error: this.name, message: this.message, code: this.code, status: this.status };
  }
}

/** The `error` value that clients of OpenVNet expect: `Vnet::Endpoints::Errors::UnknownUUIDResource`. */
export function qualifiedErrorName(name: string): string {
  return `Vnet::Endpoints::Errors::${name}`;
}

/** `mac_lease` as error messages show it: `MacLease`. */
export function modelName(entity: string): string {
  return entity.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
