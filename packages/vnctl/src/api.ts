/** HTTP to vnapi, and nothing else. */
import { errorCatalogue } from '@vnet/model';
import { exitCodes, Failure } from './failure.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the version, filled in: `/networks/nw-1`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Sent as the body, with all parameters in the query. */
  readonly document?: unknown;
  /** Wait for the switches, at most so long. */
  readonly waitSeconds?: number;
}

export interface Answer {
  readonly body: unknown;
  /** Of the model, as the answer has seen or made it. */
  readonly revision?: number;
  /** Of `--wait`, as `Vnet-Applied` says it. */
  readonly applied?: AppliedAnswer;
}

export interface AppliedAnswer {
  readonly revision: number;
  readonly agents: number;
  readonly ms: number;
  readonly behind: readonly string[];
}

/** The API refused; `body` is its answer. */
export class ApiFailure extends Failure {
  override name = 'ApiFailure';
  readonly body: unknown;

  constructor(message: string, body: unknown) {
    super(message, exitCodes.failed);
    this.body = body;
  }
}

/** vnapi itself answers within seconds, also when its manager is away; nothing may hang for ever. */
const TIMEOUT_MS = 30_000;

/** Has unknown parameters refused: vnctl and the API may be of different versions. */
const STRICT = { strict: '1' };

/** @throws ApiFailure, Failure when nothing, or something else than vnapi, is at the address */
export async function callApi(api: string, call: Call): Promise<Answer> {
  const response = await send(api, call);
  const body = await readBody(api, response);
  if (!response.ok) throw new ApiFailure(describeError(response.status, body), body);
  const applied = response.headers.get('vnet-applied');
  const revision = /^"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1];
  return {
    body,
    ...(revision === undefined ? {} : { revision: Number(revision) }),
    ...(applied === null ? {} : { applied: parseApplied(applied) }),
  };
}

async function send(api: string, { method, path, params, document, waitSeconds }: Call): Promise<Response> {
  const hasBody = method === 'POST' || method === 'PUT';
  const inQuery = !hasBody || document !== undefined;
  const wait = waitSeconds === undefined ? {} : { wait: 'flows', timeout: String(waitSeconds) };
  const query = new URLSearchParams({ ...(inQuery ? params : {}), ...wait, ...STRICT });
  try {
    return await fetch(`${api}${path}?${query.toString()}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS + (waitSeconds ?? 0) * 1_000),
      ...(hasBody ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(document ?? params) } : {}),
    });
  } catch (error) {
    throw new Failure(unreachable(api, error as Error), exitCodes.failed, { cause: error });
  }
}

async function readBody(api: string, response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const excerpt = JSON.stringify(text.slice(0, 60));
    throw new Failure(
      `${api} is not the API of VNet: it answered ${response.status} ${excerpt}; check --api or VNET_WEBAPI`,
    );
  }
}

function unreachable(api: string, error: Error & { cause?: unknown }): string {
  const { origin } = new URL(api);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ENOTFOUND: 'no such host',
    EHOSTUNREACH: 'host unreachable',
  };
  const reason = error.name === 'TimeoutError' ? 'no answer in time' : (reasons[cause?.code ?? ''] ?? cause?.message);
  return (
    `cannot reach the API at ${origin} (${reason ?? error.message}): ` +
    `start vnapi (and vnmgr) there, or name another address with --api URL or VNET_WEBAPI=HOST:PORT`
  );
}

interface ErrorBody {
  readonly error: string;
  readonly message: string;
  readonly code: string;
}

/** `InvalidUUID: Network#uuid: x`, and below it the cause and the remedy from the catalogue. */
function describeError(status: number, body: unknown): string {
  if (!isErrorBody(body)) return `the API answered ${status}: ${JSON.stringify(body)}`;
  const entry = Object.values(errorCatalogue).find(({ code }) => code === body.code);
  const line = `${body.error.replace(/^.*::/, '')}: ${body.message}`;
  return entry === undefined ? line : `${line}\n  ${entry.cause} ${entry.remedy}`;
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'error' in body && 'message' in body && 'code' in body;
}

function parseApplied(header: string): AppliedAnswer {
  const parts = new Map(header.split(';').map((part) => part.trim().split('=', 2) as [string, string | undefined]));
  return {
    revision: Number(parts.get('revision')),
    agents: Number(parts.get('agents')),
    ms: Number(parts.get('ms')),
    behind: (parts.get('behind') ?? '')
      .split(',')
      .filter((agent) => agent !== '')
      .map(decodeURIComponent),
  };
}
