/** The other side broke JSON, JSON-RPC or RFC 7047. It cannot be trusted any more, so its connection is ended. */
export class OvsdbProtocolError extends Error {
  override readonly name = 'OvsdbProtocolError';
}

/** There is no connection, or it ended before the answer: whether a transaction was carried out is then unknown. */
export class OvsdbConnectionError extends Error {
  override readonly name = 'OvsdbConnectionError';
}

/** Which operation of a transaction it was. */
export interface FailedOperation {
  readonly op: string;
  readonly table: string;
}

/** The server refused a request (RFC 7047 §3.1, §4.1.3). */
export class OvsdbError extends Error {
  override readonly name = 'OvsdbError';
  /** The error string of the RFC, for example `constraint violation` or `unknown database`. */
  readonly code: string;
  readonly details: string;
  /** The operation of a transaction that failed; absent when its commit failed, or for other requests. */
  readonly operation: FailedOperation | undefined;

  constructor(what: string, code: string, details: string, operation?: FailedOperation) {
    super(`${what}: ${code}${details === '' ? '' : `: ${details}`}`);
    this.code = code;
    this.details = details;
    this.operation = operation;
  }

  /** From the `<error>` object of RFC 7047 §3.1. */
  static from(what: string, error: unknown, operation?: FailedOperation): OvsdbError {
    const { error: code, details } = Object(error) as { error?: unknown; details?: unknown };
    return new OvsdbError(what, text(code), details === undefined ? '' : text(details), operation);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
