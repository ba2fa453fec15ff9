/** Whatever goes wrong, in the error shape of the reference (§1.5). */
import type { FastifyError, FastifyReply } from 'fastify';
import { BusUnavailableError, FrameError } from '@vnet/bus';
import { qualifiedErrorName, VnetError, type WireError } from '@vnet/model';
import { sendBody } from './format.ts';
import { DOCUMENT_LIMITS, PARAMETER_LIMITS } from './parameters.ts';

/** Seconds after which a client may try again what failed with 503. */
const RETRY_AFTER_S = 1;

function limits({ bytes, yamlBytes }: typeof PARAMETER_LIMITS): string {
  return `${bytes / 1024 ** 2} MiB, in YAML ${yamlBytes / 1024} KiB`;
}

const TOO_LARGE = `The body is over the limit: ${limits(PARAMETER_LIMITS)}; of apply ${limits(DOCUMENT_LIMITS)}.`;

/** An error as reference §1.5 has it. */
export function errorBody({ error, message, code }: WireError): object {
  return { error: qualifiedErrorName(error), message, code };
}

export function sendError(reply: FastifyReply, error: WireError): FastifyReply {
  if (error.status === 503) reply.header('retry-after', String(RETRY_AFTER_S));
  return sendBody(reply.code(error.status), errorBody(error));
}

/** What was thrown while a request was handled, as an error of the catalogue. */
export function toVnetError(error: FastifyError | Error): VnetError {
  if (error instanceof VnetError) return error;
  if (error instanceof BusUnavailableError) return new VnetError('ManagerUnavailable', error.message, { cause: error });
  if (error instanceof FrameError) return new VnetError('ArgumentError', error.message, { cause: error });
  const { statusCode = 500 } = error as Partial<FastifyError>;
  if (statusCode === 413) return new VnetError('RequestTooLarge', TOO_LARGE, { cause: error });
  if (statusCode < 500) return new VnetError('ArgumentError', error.message, { cause: error });
  return new VnetError('InternalError', 'vnapi failed; the log says more.', { cause: error });
}
