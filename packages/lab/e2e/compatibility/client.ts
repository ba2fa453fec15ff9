/** A client as OpenVNet's were: all parameters in the query string, an empty body, and the format as an extension. */
import { expect } from 'vitest';
import { ERRORS, type ReferenceError } from './reference/errors.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What a request says: `POST /networks?uuid=nw-a&ipv4_network=10.1.0.0`. */
export type RequestLine = string;

export class OldClient {
  /** Of vnapi: `http://127.0.0.1:12345` */
  readonly address: string;
  /** What the requests have made, for `clean`. */
  readonly #made: string[] = [];

  constructor(address: string) {
    this.address = address;
  }

  async send(request: RequestLine): Promise<Answer> {
    const [method, rest] = splitOnce(request, ' ');
    const [path, query] = splitOnce(rest, '?');
    const response = await fetch(`${this.address}/api/1.0${path}.json?${query}`, { method });
    const body: unknown = await response.json();
    if (method === 'POST' && /^\/\w+$/.test(path) && response.ok)
      this.made(`${path}/${(body as { uuid: string }).uuid}`);
    return { status: response.status, headers: response.headers, body };
  }

  /** @returns the body of an answer that has to be a success */
  async ask(request: RequestLine): Promise<unknown> {
    const { status, body } = await this.send(request);
    expect({ status, body }, request).toMatchObject({ status: 200 });
    return body;
  }

  /** One after the other. */
  async askAll(requests: readonly RequestLine[]): Promise<void> {
    for (const request of requests) await this.ask(request);
  }

  /** @returns the message */
  async refused(request: RequestLine, error: ReferenceError): Promise<string> {
    const { status, body } = await this.send(request);
    expect({ status, ...(body as object) }, request).toEqual({
      status: ERRORS[error].status,
      error: `Vnet::Endpoints::Errors::${error}`,
      message: expect.stringMatching(ERRORS[error].message) as string,
      code: ERRORS[error].code,
    });
    return (body as { message: string }).message;
  }

  /** Says that something is there, for `clean`: `/networks/nw-a`. */
  made(path: string): void {
    this.#made.push(path);
  }

  /** Deletes whatever the requests have made, so that the next case may take the same names. */
  async clean(): Promise<void> {
    for (const path of this.#made.splice(0).reverse()) {
      const { status } = await this.send(`DELETE ${path}`);
      // A case may have deleted it, or what it needed.
      expect([200, 404], `DELETE ${path}`).toContain(status);
    }
  }
}

/** Items of a list. */
export function itemsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  return (body as { items: Readonly<Record<string, unknown>>[] }).items;
}

export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
