export { Engine, type Changes, type UnitRun } from './compile/engine.ts';
export { ROOTS, UNITS } from './compile/units.ts';
export { State } from './state/state.ts';
