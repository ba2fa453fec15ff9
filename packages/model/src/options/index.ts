export {
  flag,
  list,
  optional,
  required,
  text,
  type FlagOption,
  type ListOption,
  type OptionTable,
  type OptionValues,
  type TextOption,
} from './declare.ts';
export { didYouMean, nearest } from './nearest.ts';
export { optionsOfProcess, USAGE_EXIT_CODE } from './program.ts';
export { OptionError, readOptions, type OptionSources } from './read.ts';
export { usage, type ProgramText } from './usage.ts';
