export { Manager, type Log, type ManagerOptions } from './manager.ts';
