import { errorName } from '../messages/error-names.ts';
import type { MessageOf } from '../messages/message.ts';

/** The switch refused a request. */
export class OpenFlowError extends Error {
  override readonly name = 'OpenFlowError';
  /** For example `BAD_MATCH/BAD_PREREQ`. */
  readonly code: string;
  readonly reply: MessageOf<'error'> | MessageOf<'experimenter_error'>;

  constructor(reply: MessageOf<'error'> | MessageOf<'experimenter_error'>) {
    const code = errorName(reply);
    super(`the switch refused message ${reply.xid}: ${code}`);
    this.code = code;
    this.reply = reply;
  }
}

/** There is no connection to the switch, or it ended before the answer came. */
export class DisconnectedError extends Error {
  override readonly name = 'DisconnectedError';
}

/** A bundle was not committed: nothing of it is in the switch. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  /** Which message of the bundle was refused; undefined: the bundle as such. */
  readonly index: number | undefined;
  /** For example `FLOW_MOD_FAILED/TABLE_FULL`. */
  readonly code: string;

  constructor(index: number | undefined, cause: OpenFlowError) {
    const what = index === undefined ? 'the bundle' : `message ${index} of the bundle`;
    super(`the switch refused ${what}: ${cause.code}; nothing was changed`, { cause });
    this.index = index;
    this.code = cause.code;
  }
}
