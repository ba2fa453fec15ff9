// For benchmarks: the agent as a program is `main.ts`.
export { Engine, type Changes, type UnitRun } from './compile/engine.ts';
export { ROOTS, UNITS } from './compile/units.ts';
export { Switch } from './datapath/switch.ts';
export { State } from './state/state.ts';
