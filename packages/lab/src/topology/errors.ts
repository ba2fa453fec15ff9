/** A topology that cannot be built. Each problem names the place, the value and what to write instead. */
export class TopologyError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The topology cannot be built:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'TopologyError';
    this.problems = problems;
  }
}
