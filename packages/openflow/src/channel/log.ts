/** Where the channel reports; pino fits. */
export interface Log {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

const nowhere = (): void => undefined;

export const SILENT: Log = { debug: nowhere, info: nowhere, warn: nowhere };
