export { createServer } from './server.ts';
export type { Manager } from './routes.ts';
