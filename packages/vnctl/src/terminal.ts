/** What vnctl knows of the world around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line to stdout. */
  readonly print: (line: string) => void;
  /** One line to stderr. */
  readonly warn: (line: string) => void;
  /** @returns undefined when the file does not exist */
  readonly readFile: (path: string) => string | undefined;
  readonly readStdin: () => string;
}
