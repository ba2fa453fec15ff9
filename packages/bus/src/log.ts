/** Where the bus says what happened to a connection; a pino logger fits as it is. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
