export type Body = Readonly<Record<string, unknown>>;

/** An answer of the API that is no success. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Body;

  constructor(request: string, status: number, body: Body) {
    super(`${request}: ${status} ${JSON.stringify(body)}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/**
 * One request to vnapi.
 * @param path behind `/api/1.0/`
 * @throws ApiError unless the answer is a success
 */
export async function api(address: string, method: string, path: string, body?: Body): Promise<Body> {
  const response = await fetch(`${address}/api/1.0/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer = (await response.json()) as Body;
  // 202: written, but not in every switch in time.
  if (!response.ok || response.status === 202) throw new ApiError(`${method} ${path}`, response.status, answer);
  return answer;
}
