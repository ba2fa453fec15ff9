/** Names of errors: OpenFlow 1.3 §7.4.4; bundle errors of ONF extension 230 (ovs include/openvswitch/ofp-errors.h). */
import { ONF } from '../constants.ts';
import type { MessageOf } from './message.ts';

interface ErrorType {
  readonly type: string;
  /** Index = code. */
  readonly codes: readonly string[];
}

const row = (type: string, codes: string): ErrorType => ({ type, codes: codes.split(' ') });

/** Index = error type. */
const ERROR_TYPES: readonly ErrorType[] = [
  row('HELLO_FAILED', 'INCOMPATIBLE EPERM'),
  row(
    'BAD_REQUEST',
    'BAD_VERSION BAD_TYPE BAD_MULTIPART BAD_EXPERIMENTER BAD_EXP_TYPE EPERM BAD_LEN BUFFER_EMPTY BUFFER_UNKNOWN ' +
      'BAD_TABLE_ID IS_SLAVE BAD_PORT BAD_PACKET MULTIPART_BUFFER_OVERFLOW',
  ),
  row(
    'BAD_ACTION',
    'BAD_TYPE BAD_LEN BAD_EXPERIMENTER BAD_EXP_TYPE BAD_OUT_PORT BAD_ARGUMENT EPERM TOO_MANY BAD_QUEUE BAD_OUT_GROUP ' +
      'MATCH_INCONSISTENT UNSUPPORTED_ORDER BAD_TAG BAD_SET_TYPE BAD_SET_LEN BAD_SET_ARGUMENT',
  ),
  row(
    'BAD_INSTRUCTION',
    'UNKNOWN_INST UNSUP_INST BAD_TABLE_ID UNSUP_METADATA UNSUP_METADATA_MASK BAD_EXPERIMENTER BAD_EXP_TYPE BAD_LEN EPERM',
  ),
  row(
    'BAD_MATCH',
    'BAD_TYPE BAD_LEN BAD_TAG BAD_DL_ADDR_MASK BAD_NW_ADDR_MASK BAD_WILDCARDS BAD_FIELD BAD_VALUE BAD_MASK BAD_PREREQ ' +
      'DUP_FIELD EPERM',
  ),
  row('FLOW_MOD_FAILED', 'UNKNOWN TABLE_FULL BAD_TABLE_ID OVERLAP EPERM BAD_TIMEOUT BAD_COMMAND BAD_FLAGS'),
  row(
    'GROUP_MOD_FAILED',
    'GROUP_EXISTS INVALID_GROUP WEIGHT_UNSUPPORTED OUT_OF_GROUPS OUT_OF_BUCKETS CHAINING_UNSUPPORTED WATCH_UNSUPPORTED ' +
      'LOOP UNKNOWN_GROUP CHAINED_GROUP BAD_TYPE BAD_COMMAND BAD_BUCKET BAD_WATCH EPERM',
  ),
  row('PORT_MOD_FAILED', 'BAD_PORT BAD_HW_ADDR BAD_CONFIG BAD_ADVERTISE EPERM'),
  row('TABLE_MOD_FAILED', 'BAD_TABLE BAD_CONFIG EPERM'),
  row('QUEUE_OP_FAILED', 'BAD_PORT BAD_QUEUE EPERM'),
  row('SWITCH_CONFIG_FAILED', 'BAD_FLAGS BAD_LEN EPERM'),
  row('ROLE_REQUEST_FAILED', 'STALE UNSUP BAD_ROLE'),
  row(
    'METER_MOD_FAILED',
    'UNKNOWN METER_EXISTS INVALID_METER UNKNOWN_METER BAD_COMMAND BAD_FLAGS BAD_RATE BAD_BURST BAD_BAND BAD_BAND_VALUE ' +
      'OUT_OF_METERS OUT_OF_BANDS',
  ),
  row('TABLE_FEATURES_FAILED', 'BAD_TABLE BAD_METADATA BAD_TYPE BAD_LEN BAD_ARGUMENT EPERM'),
];

/** Codes of the ONF count on from here. */
const FIRST_BUNDLE_ERROR = 2300;
const BUNDLE_FAILED = row(
  'BUNDLE_FAILED',
  'UNKNOWN EPERM BAD_ID BUNDLE_EXIST BUNDLE_CLOSED OUT_OF_BUNDLES BAD_TYPE BAD_FLAGS MSG_BAD_LEN MSG_BAD_XID MSG_UNSUP ' +
    'MSG_CONFLICT MSG_TOO_MANY MSG_FAILED TIMEOUT BUNDLE_IN_PROGRESS',
);

/** Type and code of an error in words, for example `BAD_MATCH/BAD_PREREQ`; numbers where there is no name. */
export function errorName(error: MessageOf<'error'> | MessageOf<'experimenter_error'>): string {
  if (error.type === 'error') {
    const known = ERROR_TYPES[error.errorType];
    return `${known?.type ?? `type ${error.errorType}`}/${known?.codes[error.code] ?? `code ${error.code}`}`;
  }
  const bundleError = error.experimenter === ONF ? BUNDLE_FAILED.codes[error.code - FIRST_BUNDLE_ERROR] : undefined;
  if (bundleError !== undefined) return `${BUNDLE_FAILED.type}/${bundleError}`;
  return `experimenter 0x${error.experimenter.toString(16)}/code ${error.code}`;
}

/** The text that HELLO_FAILED carries; undefined for other errors. */
export function helloFailedText(error: MessageOf<'error'> | MessageOf<'experimenter_error'>): string | undefined {
  if (error.type !== 'error' || error.errorType !== 0) return undefined;
  return error.data.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '.');
}
