/** Where the client writes what a person should know; a pino logger fits. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

export const silent: Logger = { info: nothing, warn: nothing, error: nothing };
